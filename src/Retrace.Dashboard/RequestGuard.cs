using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Retrace.Dashboard;

/// <summary>Keeps other sites, which a browser on this machine may have open, away from the page.</summary>
/// <remarks>
/// A name that another site's owner lets point to 127.0.0.1 (DNS rebinding) is refused by the Host check; a form of
/// another site by the Origin check, which all requests that change something must pass; and whoever cannot read the
/// terminal by the token.
/// </remarks>
internal sealed class RequestGuard
{
    private const string ContentPolicy =
        "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private readonly byte[] _hashOfToken;

    public RequestGuard()
    {
        Token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _hashOfToken = HashOf(Token);
    }

    /// <summary>128 random bits; printed in the terminal, and nowhere else.</summary>
    public string Token { get; }

    /// <summary>Answers requests that it refuses, and passes on the others.</summary>
    public Task Check(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // With none at all, browsers send our own forms with Origin: null.
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        HttpRequest request = context.Request;
        if (!IsOurs(request.Host, context.Connection.LocalPort))
        {
            return Refuse(context, "This page is at 127.0.0.1 alone.");
        }
        bool onlyReads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return onlyReads || request.Headers.Origin == $"http://{request.Host.Value}"
            ? next(context)
            : Refuse(context, "The request does not come from this page.");
    }

    /// <summary>Compares the token in constant time.</summary>
    public bool Accepts(string? token) =>
        CryptographicOperations.FixedTimeEquals(HashOf(token ?? ""), _hashOfToken);

    private static bool IsOurs(HostString host, int port) =>
        host.Host is "127.0.0.1" or "localhost" && (host.Port ?? 80) == port;

    private static Task Refuse(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n");
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
