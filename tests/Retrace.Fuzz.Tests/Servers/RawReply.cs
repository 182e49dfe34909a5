using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>A server that answers every request with the same bytes, be they HTTP or not, and hangs up.</summary>
internal sealed class RawReply : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private volatile byte[] _bytes = [];
    private volatile bool _closed;

    public RawReply()
    {
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        new Thread(Answer) { IsBackground = true }.Start();
    }

    public Uri Address { get; }

    public byte[] Bytes
    {
        set => _bytes = value;
    }

    /// <summary>A reply with a JSON body.</summary>
    public static byte[] Of(byte[] json, string fields = "") =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{fields}Content-Length: {json.Length}\r\n\r\n"),
        .. json,
    ];

    public void Dispose()
    {
        _closed = true; // The listener itself has no state to ask once it is disposed.
        _listener.Dispose();
    }

    private void Answer()
    {
        while (!_closed)
        {
            try
            {
                using TcpClient client = _listener.AcceptTcpClient();
                NetworkStream stream = client.GetStream();
                _ = stream.Read(new byte[1 << 16]); // A request is shorter.
                stream.Write(_bytes);
                client.Client.Shutdown(SocketShutdown.Send);
                while (stream.Read(new byte[1 << 12]) > 0)
                {
                    // Until the other side has read all and hangs up: closing before that would cut the reply.
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException
                or IOException)
            {
                // The client hung up in the middle of the reply, or the listener was closed.
            }
        }
    }
}
