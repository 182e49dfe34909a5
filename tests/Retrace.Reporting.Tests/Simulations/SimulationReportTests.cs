using System.Xml.Linq;
using Retrace.Reporting.Simulations;
using Retrace.Simulation;

namespace Retrace.Reporting.Tests.Simulations;

public sealed class SimulationReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_collapse_is_written_as_numbers_page_and_figures()
    {
        CollapseSetting setting = new() { Iterations = 2, SampledGroups = 3 };
        IReadOnlyList<CollapseCurve> curves = CollapseExperiment.Run(setting);
        CollapseReport.Write(setting, curves, _folder);

        string[] numbers = File.ReadAllLines(Path.Combine(_folder, "collapse.csv"));
        Assert.Equal("map,reference,sampled,iteration,entropy,right,tail,contrastive_factor", numbers[0]);
        Assert.Equal(1 + curves.Count * 3, numbers.Length);
        Assert.StartsWith("\"majority, infinitely many votes\",previous,0,0,1.47", numbers[1]);
        Assert.EndsWith(",0.3,0.65,", numbers[1]); // No round before the first.
        Assert.Equal(
            ["entropy", "right", "tail"],
            Directory.GetFiles(_folder, "*-initial.svg").Select(file => Path.GetFileName(file).Split('-')[1]).Order());
        AssertSelfContained("collapse.html");
    }

    [Fact]
    public void Learning_by_survival_gap_is_written_as_numbers_page_and_figures()
    {
        IReadOnlyList<SurvivalResult> results = SurvivalExperiment.Run(
            new TabularSetting { Problems = 4, Updates = 3 },
            LearningRule.Compared,
            [0, 0.25],
            seed: 0,
            seeds: 2,
            TestContext.Current.CancellationToken);
        SurvivalReport.Write(results, _folder);

        string[] numbers = File.ReadAllLines(Path.Combine(_folder, "survival.csv"));
        Assert.Equal(1 + results.Count * 2 * 4, numbers.Length);
        Assert.Equal(5, Directory.GetFiles(_folder, "survival-*.svg").Length);
        AssertSelfContained("survival.html");
    }

    [Fact]
    public void A_figure_s_file_is_an_svg_document_with_its_legend()
    {
        CollapseSetting setting = new() { Iterations = 2, SampledGroups = 3 };
        CollapseReport.Write(setting, CollapseExperiment.Run(setting), _folder);

        XElement svg = XElement.Load(Path.Combine(_folder, "collapse-tail-previous.svg"));
        Assert.Equal(XName.Get("svg", "http://www.w3.org/2000/svg"), svg.Name);
        Assert.All(svg.DescendantsAndSelf(), element => Assert.Equal(svg.Name.Namespace, element.Name.Namespace));
        string[] texts = [.. svg.Elements(svg.Name.Namespace + "text").Select(text => text.Value)];
        Assert.Equal("Tail", texts[0]);
        Assert.Contains(texts, text => text.StartsWith("sfr, perturbed, sampled ", StringComparison.Ordinal));
        Assert.Contains("--colour-0", svg.Element(svg.Name.Namespace + "style")!.Value);
    }

    private void AssertSelfContained(string page)
    {
        string html = File.ReadAllText(Path.Combine(_folder, page));
        Assert.StartsWith("<!DOCTYPE html>", html);
        Assert.Contains("<svg class=\"plot\"", html);
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal));
    }
}
