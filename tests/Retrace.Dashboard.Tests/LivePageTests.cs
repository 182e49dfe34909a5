using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Retrace.Runs;
using static Microsoft.Playwright.Assertions;

namespace Retrace.Dashboard.Tests;

/// <summary>The live page in a real browser, with a run that is being written.</summary>
public sealed class LivePageTests(Chromium chromium) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;
    private readonly List<string> _complaints = [];
    private DashboardServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await DashboardServer.StartAsync(_folder, port: 0, TimeSpan.FromMilliseconds(100));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Curves_move_while_a_run_writes()
    {
        IPage page = await OpenAsync("/");
        await Expect(page.Locator("#runs")).ToContainTextAsync("no run in this folder yet");
        using RunInWriting run = new(_folder, "live");
        run.Step(1);
        run.Step(2);
        ILocator entropy = page.Locator("#curves figure", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Entropy" }) });
        ILocator line = entropy.Locator("path.line").Last;
        await Expect(line).ToHaveAttributeAsync("d", new Regex("^M[^L]*L[^L]*$"));
        for (int step = 3; step <= 12; step++)
        {
            run.Step(step);
        }
        await Expect(line).ToHaveAttributeAsync("d", new Regex("^M[^L]*(L[^L]*){11}$"));
        await Expect(page.Locator("#runs")).ToContainTextAsync("12 of 40");
        await Expect(page.Locator("#runs .badge")).ToHaveTextAsync("running");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        run.Dispose();
        await Expect(page.Locator("#runs .badge")).ToHaveTextAsync("ended");
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Trajectories_are_leafed_through_by_mouse_and_by_keys_and_the_newest_is_followed()
    {
        using RunInWriting run = new(_folder, "live");
        for (int step = 1; step <= 5; step++)
        {
            run.Step(step);
        }
        IPage page = await OpenAsync("/run?name=live");
        ILocator shown = page.Locator("#shown-trajectory");
        await Expect(shown.Locator("h3")).ToHaveTextAsync(
            "step 5, problem problem-5: answer 40, right, reward 0.725, advantage 0.310");
        await Expect(shown.Locator("img")).ToHaveCountAsync(2);
        await Expect(shown.Locator("mark")).ToHaveTextAsync("anchor, after 7 tokens");
        await Expect(shown.Locator(".group tbody tr")).ToHaveCountAsync(2);
        await Expect(shown.Locator(".group thead")).ToHaveTextAsync("trajectoryanswershare of both roundsrewardadvantageright");
        await Expect(shown.Locator(".group tbody tr").First).ToHaveTextAsync("1 (above)400.7250.7250.310yes");
        await shown.Locator("summary").First.ClickAsync();
        await Expect(shown.Locator("details").First).ToContainTextAsync("90, so it is 40.");

        run.Step(6);
        await Expect(shown.Locator("h3")).ToContainTextAsync("step 6");
        await page.GetByRole(AriaRole.Button, new() { Name = "First" }).ClickAsync();
        await Expect(shown.Locator("h3")).ToContainTextAsync("step 1,");
        await page.Locator("#trajectory").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(shown.Locator("h3")).ToContainTextAsync("step 2,");
        run.Step(7);
        await Expect(page.Locator("#trajectory-count")).ToHaveTextAsync("7 kept");
        await Expect(shown.Locator("h3")).ToContainTextAsync("step 2,");
        await page.ReloadAsync();
        await Expect(shown.Locator("h3")).ToContainTextAsync("step 2,");
        await page.GetByLabel("follow the newest").CheckAsync();
        await Expect(shown.Locator("h3")).ToContainTextAsync("step 7,");
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task A_run_is_stopped_with_the_token_of_the_terminal_alone()
    {
        using RunInWriting run = new(_folder, "live");
        run.Step(1);
        IPage page = await OpenAsync("/run?name=live");
        await page.GetByLabel("Token").FillAsync("guessed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator("body")).ToContainTextAsync("not the token");
        Assert.False(StopRequest.IsMadeIn(run.Directory));
        Assert.Single(_complaints, complaint => complaint.Contains("403")); // The browser's own note of the refusal.

        await page.GotoAsync(new Uri(_server.Address, "/run?name=live").ToString());
        await page.GetByLabel("Token").FillAsync(_server.StopToken);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator("#state")).ToContainTextAsync("stopping");
        await Expect(page.Locator("#stop")).ToBeHiddenAsync();
        Assert.True(StopRequest.IsMadeIn(run.Directory));
    }

    [Fact]
    public async Task Log_and_differences_of_configuration_are_shown()
    {
        using RunInWriting csrs = new(_folder, "csrs");
        using RunInWriting majority = new(_folder, "deeper/majority", "majority", group: 40);
        csrs.Step(1);
        majority.Step(1);
        using (RunLog log = RunLog.Open(csrs.Directory))
        {
            log.Write("a <b>line</b>");
            IPage run = await OpenAsync("/run?name=csrs");
            await Expect(run.Locator("#log")).ToContainTextAsync("Z  a <b>line</b>");
            log.Write("another");
            await Expect(run.Locator("#log")).ToContainTextAsync("another");
        }
        IPage page = await OpenAsync("/");
        await Expect(page.Locator("#differences tbody tr")).ToHaveTextAsync(["methodcsrsmajority", "rollout.group840"]);
        await page.GetByText("Which curves").ClickAsync();
        await page.Locator("form").GetByLabel("csrs").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.Locator("#curves tbody tr").First).ToContainTextAsync("deeper/majority");
        await Expect(page.Locator("#curves .table").First.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "deeper/majority" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Run deeper/majority");
        Assert.Empty(_complaints);
    }

    [Theory]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    public async Task Thousands_of_steps_fit_the_window(int width, ColorScheme scheme)
    {
        using RunInWriting run = new(_folder, "long");
        for (int step = 1; step <= 4000; step++)
        {
            run.Step(step);
        }
        IPage page = await OpenAsync("/run?name=long", width, scheme);
        await Expect(page.Locator("#trajectory-count")).ToHaveTextAsync("4,000 kept");
        int lengthOfPaths = await page.EvaluateAsync<int>(
            "Math.max(...[...document.querySelectorAll('path')].map(path => path.getAttribute('d').length))");
        Assert.InRange(lengthOfPaths, 1000, 30_000);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(_complaints);
    }

    private async Task<IPage> OpenAsync(string address, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await chromium.OpenAsync(width, scheme: scheme);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(new Uri(_server.Address, address).ToString());
        return page;
    }
}
