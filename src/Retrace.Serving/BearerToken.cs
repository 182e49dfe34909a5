using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Retrace.Serving.Requests;

namespace Retrace.Serving;

/// <summary>Admits requests that carry the server's token. Only a hash of it is kept.</summary>
internal sealed class BearerToken(string token)
{
    private const string Scheme = "Bearer ";

    // Hashes have the same length, so comparing them in fixed time reveals neither the token's length nor a prefix.
    private readonly byte[] _hash = Hash(token);

    /// <exception cref="ApiException">The request does not carry the token.</exception>
    public void Check(HttpRequest request)
    {
        StringValues header = request.Headers.Authorization;
        bool brought = header is [string one] && one.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(one[Scheme.Length..].Trim()), _hash);
        if (!brought)
        {
            throw new ApiException(401, "authentication_error", "The request must bring the server's bearer token.");
        }
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
