using System.Text.Json;

namespace Retrace.Serving.Requests;

/// <summary>Strings of a request's body, which are decoded only when they are looked at.</summary>
internal static class JsonText
{
    /// <param name="value">A string.</param>
    /// <exception cref="ApiException">It escapes half of a surrogate pair.</exception>
    public static string Text(this JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadRequest("The body holds a string that is no valid Unicode.");
        }
    }
}
