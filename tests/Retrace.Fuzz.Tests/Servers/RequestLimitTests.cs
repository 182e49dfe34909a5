using System.Net;
using System.Text;
using Retrace.Dashboard;
using Retrace.Dashboard.Tests;
using Retrace.Models;
using Retrace.Serving;
using Retrace.Serving.Requests;
using Retrace.Testing;
using static TorchSharp.torch;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>Requests that are too large, sent over a plain socket, and the status that they get.</summary>
public sealed class RequestLimitTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private DashboardServer _dashboard = null!;
    private ModelServer _model = null!;
    private RunInWriting _run = null!;

    public async ValueTask InitializeAsync()
    {
        string model = Directory.CreateDirectory(_folder.Combine("model")).FullName;
        UntrainedModel.Write(model);
        _run = new RunInWriting(_folder.Combine("runs"), "one");
        _dashboard = await DashboardServer.StartAsync(_folder.Combine("runs"), port: 0, TimeSpan.FromMilliseconds(100));
        _model = await ModelServer.StartAsync(
            VisionLanguageModel.Load(model, ScalarType.Float32, CPU),
            folder => VisionLanguageModel.Load(folder, ScalarType.Float32, CPU),
            new ServerSettings(
                IPAddress.Loopback, 0, "m", "secret", null, new ServerLimits { MaxBodyBytes = 1 << 16 }, 8, 1024),
            TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        await _dashboard.DisposeAsync();
        _run.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Headers_that_are_too_large_get_431(bool many)
    {
        string fields = many
            ? string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"))
            : $"X: {new string('x', 64 << 10)}\r\n";
        Assert.Equal(431, RawRequest.Send(_dashboard.Address, RawRequest.Of(_dashboard.Address, "GET", "/", fields: fields)));
        Assert.Equal(431, RawRequest.Send(_model.Address, RawRequest.Of(_model.Address, "GET", "/health", fields: fields)));
    }

    [Fact]
    public void An_address_that_is_too_long_gets_414()
    {
        string target = "/" + new string('x', 16 << 10);
        Assert.Equal(414, RawRequest.Send(_dashboard.Address, RawRequest.Of(_dashboard.Address, "GET", target)));
        Assert.Equal(414, RawRequest.Send(_model.Address, RawRequest.Of(_model.Address, "GET", target)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_body_that_is_too_large_gets_413(bool chunked)
    {
        string form = $"Origin: http://{_dashboard.Address.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        Assert.Equal(413, RawRequest.Send(_dashboard.Address, Post(_dashboard.Address, "/stop", form, 8 << 10, chunked)));
        string token = "Authorization: Bearer secret\r\nContent-Type: application/json\r\n";
        Assert.Equal(413, RawRequest.Send(_model.Address, Post(_model.Address, "/v1/completions", token, 1 << 17, chunked)));
    }

    [Fact]
    public void A_body_is_not_read_for_whom_the_token_is_missing() => Assert.Equal(
        401, RawRequest.Send(_model.Address, Post(_model.Address, "/v1/completions", "", 1 << 17, chunked: false)));

    private static byte[] Post(Uri address, string target, string fields, int length, bool chunked)
    {
        string body = "\"" + new string('x', length);
        return chunked
            ? Encoding.ASCII.GetBytes(
                $"POST {target} HTTP/1.1\r\nHost: {address.Authority}\r\n{fields}Transfer-Encoding: chunked\r\n\r\n"
                + $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n")
            : RawRequest.Of(address, "POST", target, body, fields);
    }
}
