using Retrace.Dashboard;
using Retrace.Dashboard.Tests;
using Retrace.Testing;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>Requests to <c>retrace serve</c>.</summary>
public sealed class DashboardFuzzTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RunInWriting _run = null!;
    private DashboardServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _run = new RunInWriting(_folder.Path, "one");
        _run.Step(1);
        _server = await DashboardServer.StartAsync(_folder.Path, port: 0, TimeSpan.FromMilliseconds(100));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _run.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Requests()
    {
        Uri address = _server.Address;
        string origin = $"Origin: http://{address.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        byte[][] seeds =
        [
            RawRequest.Of(address, "GET", "/"),
            RawRequest.Of(address, "GET", "/?run=one&run=one"),
            RawRequest.Of(address, "GET", "/run?name=one&trajectory=0"),
            RawRequest.Of(address, "GET", "/trajectory?name=one&index=0"),
            RawRequest.Of(address, "GET", "/events/run?name=one"),
            RawRequest.Of(address, "GET", "/events/runs?run=one"),
            RawRequest.Of(address, "GET", "/metrics"),
            RawRequest.Of(address, "HEAD", "/"),
            RawRequest.Of(address, "POST", "/stop", "name=one&token=0123456789abcdef", origin),
        ];
        HostileRequests.Run(
            "dashboard", 1000, address, random => ByteMutation.Of(seeds[random.Next(seeds.Length)], random));
        Assert.Equal(200, RawRequest.Send(address, seeds[0]));
    }
}
