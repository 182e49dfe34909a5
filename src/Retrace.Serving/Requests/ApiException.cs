namespace Retrace.Serving.Requests;

/// <summary>An error to send to the client, in the form of OpenAI's API.</summary>
/// <param name="status">The reply's HTTP status code.</param>
/// <param name="type">The error's <c>type</c> member, such as <c>invalid_request_error</c>.</param>
/// <param name="message">One sentence for the client.</param>
/// <param name="member">The member of the request that it is about; null where it is about none.</param>
internal sealed class ApiException(int status, string type, string message, string? member = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string? Member { get; } = member;

    public static ApiException BadRequest(string message, string? member = null) =>
        new(400, "invalid_request_error", message, member);

    public static ApiException NotFound(string message) => new(404, "not_found_error", message);
}
