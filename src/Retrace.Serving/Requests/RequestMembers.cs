using System.Text.Json;
using System.Text.Json.Serialization;

namespace Retrace.Serving.Requests;

/// <summary>An object of a request's body.</summary>
internal abstract record RequestMembers
{
    /// <summary>The members that are not read: see <see cref="UnreadMembers"/>.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>Refuses members that are not known, or that ask for what is not done here.</summary>
    /// <param name="where">What messages put before a member's name, such as <c>stream_options.</c>.</param>
    /// <exception cref="ApiException">The object has such a member.</exception>
    public void CheckOthers(string where = "")
    {
        foreach ((string name, JsonElement value) in Others ?? [])
        {
            UnreadMembers.Check(where, name, value);
        }
    }
}
