using System.Net.Sockets;
using System.Text;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>Bytes sent to a server as they are, be they HTTP or not.</summary>
internal static class RawRequest
{
    // A server that says nothing for so long hangs.
    private const int Patience = 50_000; // Milliseconds.

    // After that a server that may wait for the rest is told that no more comes. One that is slow takes that for a wish to
    // hang up.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Sends a request that a server can answer as it is, and reads the first line that comes back.</summary>
    /// <returns>The status; 0 where the connection was closed without a word.</returns>
    public static int Send(Uri address, ReadOnlySpan<byte> bytes) => Send(address, bytes, mayBeCutShort: false);

    /// <summary>Sends what may lack its end, and reads the first line that comes back.</summary>
    /// <inheritdoc cref="Send(Uri, ReadOnlySpan{byte})" path="/returns"/>
    public static int SendDamaged(Uri address, ReadOnlySpan<byte> bytes) => Send(address, bytes, mayBeCutShort: true);

    private static int Send(Uri address, ReadOnlySpan<byte> bytes, bool mayBeCutShort)
    {
        using var client = new TcpClient { ReceiveTimeout = Patience, SendTimeout = Patience, NoDelay = true };
        client.Connect(address.Host, address.Port);
        using NetworkStream stream = client.GetStream();
        try
        {
            stream.Write(bytes);
            if (mayBeCutShort && !client.Client.Poll(Pause, SelectMode.SelectRead))
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (IsClosed(error))
        {
            // Refused before it was all there: an answer may have come nevertheless.
        }
        return Status(stream);
    }

    /// <summary>A request with the header fields that it needs.</summary>
    public static byte[] Of(Uri address, string method, string target, string body = "", string fields = "")
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        string length = content.Length > 0 ? $"Content-Length: {content.Length}\r\n" : "";
        return
        [
            .. Encoding.UTF8.GetBytes(
                $"{method} {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n{fields}{length}\r\n"),
            .. content,
        ];
    }

    private static int Status(NetworkStream stream)
    {
        byte[] line = new byte[12]; // HTTP/1.1 200
        try
        {
            int read = stream.ReadAtLeast(line, line.Length, throwOnEndOfStream: false);
            return read == line.Length ? int.Parse(line.AsSpan(9, 3)) : 0;
        }
        catch (Exception error) when (IsClosed(error))
        {
            return 0;
        }
    }

    private static bool IsClosed(Exception error) => (error as SocketException ?? error.InnerException as SocketException)
        ?.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted;
}
