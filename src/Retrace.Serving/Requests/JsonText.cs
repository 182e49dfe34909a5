using System.Text.Json;

namespace Retrace.Serving.Requests;

/// <summary>
/// Reads strings of a request's body. JSON strings are decoded, and so checked, only when they are read.
/// </summary>
internal static class JsonText
{
    /// <param name="value">An element whose kind is <see cref="JsonValueKind.String"/>.</param>
    /// <exception cref="ApiException">The string contains an unpaired surrogate.</exception>
    public static string Text(this JsonElement value) => Decoded(() => value.GetString()!);

    /// <summary>The name of a member.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public static string NameOf(JsonProperty member) => Decoded(() => member.Name);

    private static string Decoded(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadRequest("The body holds a string that is no valid Unicode.");
        }
    }
}
