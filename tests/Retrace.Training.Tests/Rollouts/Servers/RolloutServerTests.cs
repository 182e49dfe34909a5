using System.Net;
using System.Net.Sockets;
using Retrace.RolloutServers;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Tests.Rollouts.Servers;

public sealed class RolloutServerTests
{
    private const int MoreThanTheQueueHolds = 16;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // As where a machine has gone, or a firewall drops everything.
    [Fact]
    [Trait("Time", "long")]
    public async Task A_server_that_takes_no_connection_is_said_to_do_so_and_not_to_be_late()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a full queue of connections refuses more.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        List<Socket> waiting = [];
        try
        {
            for (int i = 0; i < MoreThanTheQueueHolds; i++)
            {
                waiting.Add(BeginConnecting(listener.LocalEndPoint!)); // Nobody accepts them.
            }
            using RolloutServer server =
                new(new Uri($"http://{listener.LocalEndPoint}/"), key: null, TimeProvider.System);
            ServerFaultException fault =
                await Assert.ThrowsAsync<ServerFaultException>(() => server.FindModelAsync(Cancellation));
            Assert.Contains("cannot be reached: it took no connection within 10 s", fault.Message);
            Assert.True(fault.LostWeights);
        }
        finally
        {
            waiting.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public async Task A_reply_that_is_too_large_is_no_server_that_is_gone()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using RolloutServer server = new(new Uri($"http://{listener.LocalEndpoint}/"), key: null, TimeProvider.System);
        Task<ServerFaultException> asked =
            Assert.ThrowsAsync<ServerFaultException>(() => server.FindModelAsync(Cancellation));
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancellation);
        await client.GetStream().WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 70000000\r\n\r\n{"u8.ToArray(),
            Cancellation);
        ServerFaultException fault = await asked;
        Assert.EndsWith("answers more than 64 MiB; rollout.samples_per_request should be smaller", fault.Message);
        Assert.Equal((true, false), (fault.Refused, fault.LostWeights));
    }

    [Fact]
    public async Task What_is_loading_is_joined_and_can_be_begun_again_once_it_has_ended()
    {
        using RolloutServer server = new(new Uri("http://127.0.0.1:1/"), key: null, TimeProvider.System);
        var ends = new TaskCompletionSource();
        int begun = 0;
        Task first = server.LoadOnce(LoadAsync);
        Assert.Same(first, server.LoadOnce(LoadAsync));
        Assert.True(server.IsResting);
        ends.SetException(new ServerFaultException("no room"));
        await Assert.ThrowsAsync<ServerFaultException>(() => first);
        Assert.False(server.IsResting);
        Assert.NotSame(first, server.LoadOnce(LoadAsync));
        await Assert.ThrowsAsync<ServerFaultException>(() => server.Loading);
        Assert.Equal(2, begun);

        Task LoadAsync()
        {
            begun++;
            return ends.Task;
        }
    }

    private static Socket BeginConnecting(EndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect(address);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // The system goes on with it.
        }
        return socket;
    }
}
