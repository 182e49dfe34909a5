namespace Retrace.Serving;

/// <summary>A request that gets an error instead of a reply, in OpenAI's form.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="type">OpenAI's word for the kind of error.</param>
/// <param name="message">One sentence for the one who asked.</param>
internal sealed class ApiException(int status, string type, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public static ApiException BadRequest(string message) => new(400, "invalid_request_error", message);

    public static ApiException NotFound(string message) => new(404, "not_found_error", message);
}
