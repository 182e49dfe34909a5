namespace Retrace.Serving.Requests;

/// <summary>An error to send to the client, in the form of OpenAI's API.</summary>
/// <param name="status">The reply's HTTP status code.</param>
/// <param name="type">The error's <c>type</c> member, such as <c>invalid_request_error</c>.</param>
/// <param name="message">One sentence for the client.</param>
internal sealed class ApiException(int status, string type, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public static ApiException BadRequest(string message) => new(400, "invalid_request_error", message);

    public static ApiException NotFound(string message) => new(404, "not_found_error", message);
}
