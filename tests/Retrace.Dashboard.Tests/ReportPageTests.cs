using Microsoft.Playwright;
using Retrace.Reporting;
using Retrace.Runs;
using static Microsoft.Playwright.Assertions;

namespace Retrace.Dashboard.Tests;

/// <summary>The report, as it is read: in the dark, on a phone, by keys, on paper, without a network.</summary>
public sealed class ReportPageTests(Chromium chromium) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_is_read_in_light_and_dark_on_a_phone_and_asks_nobody()
    {
        string address = Write();
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            IPage page = await chromium.OpenAsync(width: 390, scheme: scheme);
            List<string> asked = [];
            page.Request += (_, request) => asked.Add(request.Url);
            await page.GotoAsync(address);
            Assert.All(asked, url => Assert.True(url == address || url.StartsWith("data:"), url));
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            string ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
            Assert.Equal(scheme == ColorScheme.Light ? "rgb(255, 255, 255)" : "rgb(20, 22, 26)", ground);
        }
    }

    [Fact]
    public async Task Keys_alone_lead_to_a_trajectory_and_open_it()
    {
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync(Write());
        ILocator first = page.Locator("#trajectories ~ .runs details").First;
        for (int tab = 0; tab < 20 && !await first.EvaluateAsync<bool>("details => details.contains(document.activeElement)"); tab++)
        {
            await page.Keyboard.PressAsync("Tab");
        }
        await Expect(first.Locator("mark")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(first.Locator("mark")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_paper_everything_is_unfolded_on_white()
    {
        IPage page = await chromium.OpenAsync(scheme: ColorScheme.Dark);
        await page.GotoAsync(Write());
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(page.Locator("details mark").First).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<int>("document.querySelector('details .trajectory').offsetHeight") > 100);
        Assert.Equal(
            "rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    private string Write()
    {
        using (RunInWriting run = new(_folder, "run"))
        {
            for (int step = 1; step <= 30; step++)
            {
                run.Step(step);
            }
        }
        string path = Path.Combine(_folder, "report.html");
        Report.Write([RunReader.Read(Path.Combine(_folder, "run"))], path);
        return new Uri(path).ToString();
    }
}
