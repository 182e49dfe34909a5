using System.Net;
using System.Net.ServerSentEvents;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Retrace.Reporting.Html;
using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>The live page of the runs in a folder, on 127.0.0.1.</summary>
public sealed class DashboardServer : IAsyncDisposable
{
    private const int LargestBody = 4096; // Bytes: a form with a name and a token.
    private const string Html = "text/html; charset=utf-8";

    private readonly WebApplication _application;
    private readonly WatchedRuns _runs;
    private readonly RequestGuard _guard = new();
    private readonly CancellationTokenSource _end = new();
    private Task _watching = Task.CompletedTask;

    private DashboardServer(WatchedRuns runs, int port)
    {
        _runs = runs;
        // Empty: no settings file or variable that happens to be there may have it listen elsewhere.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Error)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // What fails at start is thrown.
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        _application = builder.Build();
        _application.Use(next => context => _guard.Check(context, next));
        _application.UseRouting();
        _application.MapGet("/", (HttpRequest request) => PageOf(new RunsPage(_runs, Chosen(request)).Page()));
        _application.MapGet("/run", (string? name, int? trajectory) => OfRun(name, run => PageOf(run.Page(trajectory))));
        _application.MapGet("/trajectory", (string? name, int index) => OfRun(name, run => Results.Text(
            new LivePart("", run.Trajectory(index)).Html, Html)));
        _application.MapGet("/events/runs", (HttpRequest request) => Events(
            new RunsPage(_runs, Chosen(request)).Parts, request.HttpContext.RequestAborted));
        _application.MapGet("/events/run", (string? name, HttpContext context) =>
            OfRun(name, run => Events(run.Parts, context.RequestAborted)));
        _application.MapPost("/stop", Stop);
        _application.MapGet("/metrics", () => Results.Text(
            PrometheusText.Of([.. _runs.All.Select(run => run.Snapshot)]), PrometheusText.ContentType));
        _application.MapGet("/style.css", () => Results.Text(
            HtmlPage.StyleSheet + Asset("Dashboard.css"), "text/css; charset=utf-8"));
        _application.MapGet("/dashboard.js", () => Results.Text(
            Asset("Dashboard.js"), "text/javascript; charset=utf-8"));
    }

    /// <summary>The URL at which the dashboard is served.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The token that allows its holder to stop a run from the page.</summary>
    public string StopToken => _guard.Token;

    /// <param name="folder">A run, or a folder that holds runs.</param>
    /// <param name="port">The TCP port; 0 takes any free one.</param>
    /// <param name="interval">The pause between two scans of the folder.</param>
    /// <exception cref="BadInputException">The folder does not exist, or the port is taken.</exception>
    public static async Task<DashboardServer> StartAsync(string folder, int port, TimeSpan interval)
    {
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"The folder {folder} does not exist.");
        }
        WatchedRuns runs = new(folder, interval);
        runs.Look();
        DashboardServer server = new(runs, port);
        try
        {
            await server._application.StartAsync();
        }
        catch (IOException error)
        {
            await server.DisposeAsync();
            throw new BadInputException(
                $"Port {port} cannot be used ({error.Message}); give another by --port, or 0 for any that is free.", error);
        }
        string address = server._application.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new Uri(address);
        server._watching = Task.Run(() => runs.WatchAsync(server._end.Token));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync(); // Ends the streams of events, for which the server would wait.
        await _watching;
        await _application.StopAsync();
        await _application.DisposeAsync();
        _end.Dispose();
    }

    private IResult OfRun(string? name, Func<RunPage, IResult> answer) => _runs.Find(name) is RunFollower run
        ? answer(new RunPage(run))
        : PageOf(LivePage.Refusal("There is no such run in this folder, or not any more."), StatusCodes.Status404NotFound);

    private IResult Events(Func<IReadOnlyList<LivePart>> draw, CancellationToken aborted) =>
        TypedResults.ServerSentEvents(LinkedEvents(draw, aborted));

    private async IAsyncEnumerable<SseItem<string>> LinkedEvents(
        Func<IReadOnlyList<LivePart>> draw,
        [EnumeratorCancellation] CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _end.Token);
        await foreach (SseItem<string> item in LiveUpdates.Of(_runs, draw, either.Token))
        {
            yield return item;
        }
    }

    private async Task<IResult> Stop(HttpRequest request)
    {
        if (!request.HasFormContentType)
        {
            return PageOf(LivePage.Refusal("A form was expected."), StatusCodes.Status400BadRequest);
        }
        IFormCollection form = await request.ReadFormAsync();
        string name = form["name"].ToString();
        if (!_guard.Accepts(form["token"].ToString().Trim()))
        {
            return PageOf(
                LivePage.Refusal("The run was not stopped: this is not the token that the terminal shows."),
                StatusCodes.Status403Forbidden);
        }
        if (_runs.Find(name) is not RunFollower run || run.Snapshot.State != RunState.Running)
        {
            return PageOf(LivePage.Refusal("There is no such run at work."), StatusCodes.Status409Conflict);
        }
        try
        {
            run.Stop();
        }
        catch (BadInputException error)
        {
            return PageOf(LivePage.Refusal(error.Message), StatusCodes.Status500InternalServerError);
        }
        _runs.Look();
        return Results.Redirect(LivePage.AddressOf(name));
    }

    private static string[] Chosen(HttpRequest request) => [.. request.Query["run"].OfType<string>()];

    private static IResult PageOf(XElement page, int status = StatusCodes.Status200OK)
    {
        using StringWriter text = new();
        HtmlText.Write(page, text);
        return Results.Text(text.ToString(), Html, Encoding.UTF8, status);
    }

    private static string Asset(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
