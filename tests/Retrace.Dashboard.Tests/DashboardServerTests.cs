using System.Net;
using System.Net.Sockets;
using Retrace.Runs;

namespace Retrace.Dashboard.Tests;

/// <summary>What the server answers to those who are no browser, or no friend.</summary>
public sealed class DashboardServerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private DashboardServer _server = null!;
    private RunInWriting _run = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string runs = Path.Combine(_folder, "runs");
        _run = new RunInWriting(runs, "one");
        _run.Step(1);
        await File.WriteAllTextAsync(Path.Combine(_folder, RunFolder.Config), "method: secret");
        _server = await DashboardServer.StartAsync(runs, port: 0, TimeSpan.FromMilliseconds(100));
        _client.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _run.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_run_that_has_begun_since_the_last_scan_is_found()
    {
        WatchedRuns runs = new(Path.Combine(_folder, "runs"), Timeout.InfiniteTimeSpan);
        runs.Look();
        using RunInWriting begun = new(Path.Combine(_folder, "runs"), "two");
        begun.Step(1);
        Assert.NotNull(runs.Find("two"));
        Assert.Null(runs.Find("three"));
    }

    [Fact]
    public void It_listens_on_this_machine_alone() => Assert.Equal("127.0.0.1", _server.Address.Host);

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("127.0.0.1:1")]
    public async Task Another_name_for_this_machine_is_refused(string host)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/") { Headers = { Host = host } };
        using HttpResponseMessage response = await _client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:1")]
    public async Task A_form_of_another_site_stops_nothing_even_with_the_token(string? origin)
    {
        using HttpResponseMessage response = await StopAsync("one", _server.StopToken, origin);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(StopRequest.IsMadeIn(_run.Directory));
    }

    [Fact]
    public async Task The_own_form_needs_the_token_and_a_run_at_work()
    {
        string origin = _server.Address.GetLeftPart(UriPartial.Authority);
        Assert.Equal(HttpStatusCode.Forbidden, (await StopAsync("one", "", origin)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await StopAsync("one", _server.StopToken + "0", origin)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await StopAsync("none", _server.StopToken, origin)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await StopAsync("..", _server.StopToken, origin)).StatusCode);
        Assert.False(StopRequest.IsMadeIn(_run.Directory));
        using HttpResponseMessage response = await StopAsync("one", _server.StopToken, origin);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.True(StopRequest.IsMadeIn(_run.Directory));
        Assert.Equal(HttpStatusCode.Conflict, (await StopAsync("one", _server.StopToken, origin)).StatusCode);
    }

    [Theory]
    [InlineData("/run?name=..")]
    [InlineData("/run?name=%2e%2e%2f")]
    [InlineData("/run?name=one/../..")]
    [InlineData("/run?name=/etc")]
    [InlineData("/run")]
    [InlineData("/events/run?name=..")]
    [InlineData("/trajectory?name=..&index=0")]
    [InlineData("/../config.yaml")]
    [InlineData("/one/config.yaml")]
    public async Task No_name_leads_out_of_the_folder(string address)
    {
        using HttpResponseMessage response = await _client.GetAsync(address, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Pages_may_run_no_script_but_their_own_and_be_framed_by_none()
    {
        using HttpResponseMessage response = await _client.GetAsync("/run?name=one", Cancellation);
        string policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.DoesNotContain(_server.StopToken, await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_run_s_page_says_what_its_guard_makes_of_it_what_teaches_nothing_and_what_costs()
    {
        _run.Step(2, metrics => metrics with { GuardVerdict = GuardVerdict.Fine });
        for (int step = 3; step <= 5; step++)
        {
            _run.Step(step, metrics => metrics with
            {
                GuardVerdict = GuardVerdict.Collapsing,
                GuardReason = "entropy fell from 0.160 nats to 0.001 nats",
                GuardReturnedTo = metrics.Step == 4 ? 2 : null,
                NoSpreadShare = 0.5,
                NoSpreadSameAnswer = 0.5,
                CostHints = [new CostHint("data.batch", "the batch is small for this device")],
            });
        }
        string page = "";
        while (!page.Contains(" step 5 of 40", StringComparison.Ordinal))
        {
            page = await _client.GetStringAsync("/run?name=one", Cancellation);
        }
        Assert.Contains(
            "guard: <span class=\"badge collapsing\">collapsing</span> since step 3: entropy fell from 0.160 nats to 0.001 nats; "
            + "after step 4 it went back to the checkpoint of step 2",
            page);
        Assert.Contains("hint: the batch is small for this device</p>", page);
        Assert.Contains("step 5: 50 % of the problems teach nothing: 50 % the same answer everywhere", page);
        Assert.Contains("<span class=\"badge collapsing\">collapsing</span>", await _client.GetStringAsync("/", Cancellation));
        Assert.Contains(
            "retrace_guard_level{run=\"one\",method=\"csrs\",seed=\"0\"} 2\n",
            await _client.GetStringAsync("/metrics", Cancellation));
    }

    [Fact]
    public async Task Metrics_are_what_Prometheus_reads()
    {
        _run.Step(2);
        string text = "";
        while (!text.Contains("retrace_step{run=\"one\",method=\"csrs\",seed=\"0\"} 2\n"))
        {
            text = await _client.GetStringAsync("/metrics", Cancellation);
        }
        Assert.Contains("# TYPE retrace_entropy gauge\nretrace_entropy{run=\"one\",method=\"csrs\",seed=\"0\"} 0.81", text);
        Assert.Contains("retrace_running{run=\"one\",method=\"csrs\",seed=\"0\"} 1\n", text);
        Assert.Contains("retrace_peak_memory_bytes{run=\"one\",method=\"csrs\",seed=\"0\"} 1610612736\n", text);
        Assert.All(
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("^(# (HELP|TYPE) retrace_[a-z_]+ .+|retrace_[a-z_]+\\{[^}]*\\} [-0-9.E+]+)$", line));
    }

    [Fact]
    public async Task Garbage_in_a_run_s_files_is_counted_and_harms_no_page()
    {
        string run = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        string[] lines =
        [
            Line(1, "\"entropy\":1e300,\"reward_mean\":-1e300,\"accuracy_by_frequency\":[1e300]"),
            Line(2, "\"entropy\":1e999"),
            Line(3, "\"entropy\":\"much\""),
            Line(4, "\"accuracy_by_frequency\":[],\"eval_accuracy\":7,\"eval_samples\":-1"),
            Line(5, "\"maternal_tokens\":9223372036854775807,\"retraced_tokens\":9223372036854775807"),
            Line(6, "\"maternal_tokens\":9223372036854775807,\"step_seconds\":1e200"),
            "\0\0\0\0", "{", "\"", "<script>", Line(-3, "\"kl\":1"), new string('[', 5000),
            Line(int.MaxValue, "\"kl\":-0.0"),
            "{\"step\":7,\"meth",
        ];
        await File.WriteAllTextAsync(Path.Combine(run, RunFolder.Metrics), string.Join('\n', lines), Cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(run, RunFolder.Trajectories),
            "{\"step\":1}\n{\"step\":2,\"problem_id\":\"p\",\"question\":\"?\",\"response\":\"!\",\"image\":\"????\"}\nnull\n",
            Cancellation);
        await File.WriteAllTextAsync(Path.Combine(run, RunFolder.Config), "a: &a [*a]\n\t{: : ", Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(run, RunFolder.Log), [0xFF, 0, 0x1B, (byte)'\n'], Cancellation);
        Directory.Move(run, Path.Combine(_folder, "runs", "broken")); // The server sees all of it at once.
        string metrics = "";
        while (!metrics.Contains("run=\"broken\""))
        {
            metrics = await _client.GetStringAsync("/metrics", Cancellation);
        }
        // Eight lines of metrics are no records, and one of trajectories; what is not whole is not counted.
        Assert.Contains("retrace_unreadable_lines{run=\"broken\",method=\"csrs\",seed=\"0\"} 9\n", metrics);
        Assert.Contains("9 lines of its files cannot be read", await _client.GetStringAsync("/run?name=broken", Cancellation));
        Assert.Contains("broken", await _client.GetStringAsync("/", Cancellation));
        foreach (int index in new[] { -1, 0, 1, 2 })
        {
            Assert.Contains("not there", await _client.GetStringAsync($"/trajectory?name=broken&index={index}", Cancellation));
        }

        static string Line(int step, string more) => $"{{\"step\":{step},\"method\":\"csrs\",\"seed\":0,{more}}}";
    }

    [Fact]
    public async Task A_taken_port_or_a_folder_that_is_not_there_is_said()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        BadInputException busy = await Assert.ThrowsAsync<BadInputException>(
            () => DashboardServer.StartAsync(_folder, port, TimeSpan.FromSeconds(1)));
        Assert.Contains("--port", busy.Message);
        BadInputException missing = await Assert.ThrowsAsync<BadInputException>(
            () => DashboardServer.StartAsync(Path.Combine(_folder, "nowhere"), 0, TimeSpan.FromSeconds(1)));
        Assert.Contains("does not exist", missing.Message);
    }

    private Task<HttpResponseMessage> StopAsync(string run, string token, string? origin)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "/stop")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("name", run), KeyValuePair.Create("token", token)]),
        };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }
        return _client.SendAsync(request, Cancellation);
    }
}
