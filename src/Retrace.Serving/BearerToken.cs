using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Retrace.Serving;

/// <summary>Lets in who brings the token. Nothing of it is kept but its hash.</summary>
internal sealed class BearerToken(string token)
{
    private const string Scheme = "Bearer ";

    // Hashes are of one length, so that comparing them tells neither the token's length nor where it differs.
    private readonly byte[] _hash = Hash(token);

    /// <exception cref="ApiException">The request does not bring it.</exception>
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
