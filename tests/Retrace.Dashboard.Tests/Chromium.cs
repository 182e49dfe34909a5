using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Retrace.Dashboard.Tests.Chromium))]

namespace Retrace.Dashboard.Tests;

/// <summary>The system's Chromium or Chrome without a window, for all tests together.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const float Patience = 120_000; // Milliseconds: on a busy machine all takes longer.

    private const string Missing =
        "The tests of the live page need a browser: no Chromium or Chrome is on the PATH. On Debian or Ubuntu: "
        + "apt-get install chromium; elsewhere: install Google Chrome.";

    private static readonly string[] Names =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe", "msedge.exe"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ValueTask InitializeAsync()
    {
        if (Find() is not string executable)
        {
            // Where every check has to run, a missing browser is a mistake.
            return Environment.GetEnvironmentVariable("CI") is null
                ? default
                : throw new InvalidOperationException(Missing);
        }
        return LaunchAsync(executable);
    }

    private async ValueTask LaunchAsync(string executable)
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = executable,
            Args = ["--no-sandbox"], // Which a container, or root, cannot have.
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>A page in a profile of its own. Without a browser the test is skipped.</summary>
    public async Task<IPage> OpenAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(_browser is null, Missing);
        IPage page = await _browser!.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
        });
        page.SetDefaultTimeout(Patience);
        return page;
    }

    private static string? Find()
    {
        string[] folders =
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
            "/Applications/Google Chrome.app/Contents/MacOS",
            @"C:\Program Files\Google\Chrome\Application",
            @"C:\Program Files (x86)\Microsoft\Edge\Application",
        ];
        return folders.SelectMany(folder => Names.Append("Google Chrome"), Path.Combine).FirstOrDefault(File.Exists);
    }
}
