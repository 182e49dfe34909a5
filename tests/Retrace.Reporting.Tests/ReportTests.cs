using System.Text.RegularExpressions;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Reporting.Tests;

public sealed class ReportTests : IDisposable
{
    private const string Hostile = "</div></details><script>alert(1)</script><img src=x onerror='a'>\"&amp;]]>\0\uD800";

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_page_opens_with_the_accuracy_by_kind_where_kinds_are_told_apart()
    {
        AccuracyByKind opening = new(["nothing", "wording"], [0.5, 0.25], [("csrs", [0.75, 0.5])]);
        XElement section = Report.Page([SyntheticRun.Full("csrs", 3)], opening).Descendants("section").First();
        Assert.Equal("What was learned", section.Element("h2")!.Value);
        XElement[] bars = [.. section.Descendants("path").Where(path => path.Attribute("class")?.Value == "bar")];
        Assert.Equal(
            ["before: 50.0 %", "before: 25.0 %", "csrs: 75.0 %", "csrs: 50.0 %"], bars.Select(bar => bar.Element("title")!.Value));
        Assert.DoesNotContain(
            Report.Page([SyntheticRun.Full("csrs", 3)]).Descendants("h2"), heading => heading.Value == "What was learned");
    }

    [Fact]
    public void Every_metric_with_values_has_a_figure_and_the_others_have_none()
    {
        Assert.Equal(
            [
                "Evaluation accuracy", "Accuracy of samples", "Accuracy of the majority", "Entropy", "High confidence",
                "Majority share", "Distinct answers", "Reward", "Problems that teach nothing", "KL divergence",
                "Survival of right answers", "Survival of wrong answers", "Survival gap", "Response length", "Cut off",
                "Repetition", "Gradient norm", "Time a step", "full", "full, step 1", "full, step 30",
            ],
            Figures(SyntheticRun.Full("full", 30)));
        Assert.Equal(
            ["Entropy"], Figures(SyntheticRun.Of("one", UntakenStep.Of(1) with { Entropy = 0.5, Kl = double.NaN })));
        // What the guard looks at besides, also where nothing is labeled.
        Assert.Equal(
            ["Survival", "Agreement on perturbed images", "Answers", "Asked form"],
            Figures(SyntheticRun.Of(
                "guarded",
                UntakenStep.Of(1) with { Survival = 0.6, PerturbedAgreement = 0.75, AnswerRate = 0.9, FormatRate = 0.8 })));
        Assert.Empty(Figures(SyntheticRun.Of("empty")));
    }

    [Fact]
    public void A_row_tells_a_run_in_short()
    {
        XElement page = Report.Page([SyntheticRun.Full("one", 100, seed: 7)]);
        string[][] rows = [.. page.Descendants("div").Where(part => part.Attribute("class")?.Value == "table")
            .Select(table => table.Descendants("td").Select(cell => cell.Value).ToArray())];
        Assert.Equal(
            [
                "one", "csrs", "7", "100",
                "50.0 % (40.4–59.6) → 50.0 % (40.4–59.6)", // Wilson's interval of 50 of 100, from its formula.
                "40.0 % → 40.0 %", "25.0 % → 25.0 %", "25.0 % → 25.0 %", "0.500 nats → 0.500 nats",
                "0.027 nats → 0.983 nats", // Of 1 to 6, weighted 6 to 1: 56/21 = 2.67, hundredths.
            ],
            rows[0]);
        Assert.Equal(
            ["one", "1 h 6 min", "40 s", "30 s", "9.00 s", "150,000", "800", "1,200", "3.00 GiB"],
            rows[1]);
    }

    [Fact]
    public void Several_runs_have_a_row_each_and_a_line_each_in_every_figure()
    {
        XElement page = Report.Page([SyntheticRun.Full("a", 40), SyntheticRun.Full("b", 40, "majority")]);
        Assert.Equal(["a", "b"], page.Descendants("tbody").First().Elements("tr").Select(
            row => row.Elements("td").First().Value));
        XElement entropy = Figure(page, "Entropy");
        Assert.Equal(["a 0.500 nats", "b 0.500 nats"], entropy.Descendants("li").Select(entry => entry.Value));
        Assert.Equal(
            ["c0 d0 raw", "c1 d0 raw", "c0 d0 line", "c1 d0 line"],
            entropy.Elements("svg").Elements("g").Select(
                look => $"{look.Attribute("class")!.Value} {look.Element("path")!.Attribute("class")!.Value}"));
    }

    [Fact]
    public void Seeds_have_a_mean_and_a_band()
    {
        RunRecord[] runs =
        [
            Seed(0, 0.2), Seed(1, 0.4),
            SyntheticRun.Of("other", UntakenStep.Of(1, "majority") with { Entropy = 0.1 }),
        ];
        XElement entropy = Figure(Report.Page(runs), "Entropy");
        Assert.Equal(
            ["csrs, mean of 2 seeds 0.300 nats", "other 0.100 nats"],
            entropy.Descendants("li").Select(entry => entry.Value));
        Assert.Single(entropy.Descendants("path"), path => path.Attribute("class")!.Value == "band");

        static RunRecord Seed(long seed, double entropy) => SyntheticRun.Of(
            $"seed {seed}",
            UntakenStep.Of(1, seed: seed) with { Entropy = entropy },
            UntakenStep.Of(2, seed: seed) with { Entropy = entropy });
    }

    [Fact]
    public void An_axis_of_shares_does_not_follow_a_band_beyond_their_limits()
    {
        RunRecord[] runs =
        [
            SyntheticRun.Of("a", UntakenStep.Of(1) with { TrainAccuracy = 1 }),
            SyntheticRun.Of("b", UntakenStep.Of(1, seed: 1) with { TrainAccuracy = 0 }),
        ];
        XElement figure = Figure(Report.Page(runs), "Accuracy of samples"); // 50 % ± 71 %.
        Assert.Equal(
            ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"],
            figure.Descendants("text").Where(text => text.Attribute("class")!.Value == "y").Select(text => text.Value));
    }

    [Fact]
    public void A_curve_lies_where_its_values_are()
    {
        XElement figure = Figure(
            Report.Page([SyntheticRun.Of(
                "one",
                UntakenStep.Of(0),
                UntakenStep.Of(1) with { MajorityShare = 0 },
                UntakenStep.Of(2) with { MajorityShare = 1 },
                UntakenStep.Of(3),
                UntakenStep.Of(4) with { MajorityShare = 0.5 })]),
            "Majority share");
        // Steps 0 to 4 over 378 from 50 on: 94.5 each; 176 for the whole share, upwards from 184.
        XElement line = Assert.Single(
            figure.Elements("svg").Elements("g").Elements("path"), path => path.Attribute("class")!.Value == "line");
        Assert.Equal("M144.5 184L239 8M428 96h0", line.Attribute("d")!.Value);
    }

    [Fact]
    public void Accuracy_by_frequency_is_that_of_the_first_and_the_last_fifth()
    {
        XElement figure = Figure(Report.Page([SyntheticRun.Full("one", 10)]), "one");
        Assert.Equal(
            "Accuracy of the answers of each frequency in one: "
            + "steps 1–2: none, 20.0 %, 40.0 %, 60.0 %, 1.5 %; steps 9–10: none, 20.0 %, 40.0 %, 60.0 %, 9.5 %.",
            figure.Elements("svg").Single().Attribute("aria-label")!.Value);
    }

    [Fact]
    public void The_top_answers_shares_are_those_of_the_first_and_the_last_fifth()
    {
        RunRecord run = SyntheticRun.Of(
            "one",
            [
                .. Enumerable.Range(1, 10).Select(step => UntakenStep.Of(step) with
                {
                    TopShareHistogram = [0, 0.5, 0, 0.25, step > 8 ? 0.5 : 0.25],
                }),
            ]);
        XElement page = Report.Page([run]);
        Assert.Contains("Share of the top answer", page.Descendants("h2").Select(heading => heading.Value));
        Assert.Equal(
            "Share of the problems by that of their top answer in one: "
            + "steps 1–2: 0.0 %, 50.0 %, 0.0 %, 25.0 %, 25.0 %; steps 9–10: 0.0 %, 50.0 %, 0.0 %, 25.0 %, 50.0 %.",
            Figure(page, "one").Elements("svg").Single().Attribute("aria-label")!.Value);
    }

    [Fact]
    public void Accuracy_by_frequency_of_several_runs_is_compared_over_all_steps_and_taken_over_the_seeds()
    {
        XElement page = Report.Page([
            Run("a", "csrs", 0, 0.2, 0.4), Run("b", "csrs", 1, 0.6, 0.8), Run("c", "majority", 0, 0.1, 0.3)]);
        Assert.Equal(
            "Accuracy of the answers of each frequency. "
            + "csrs, mean of 2 seeds: steps 1–2: 50.0 %, none, none, none, none; "
            + "c: steps 1–2: 20.0 %, none, none, none, none",
            Figure(page, "All").Elements("svg").Single().Attribute("aria-label")!.Value);
        Assert.Equal(
            "Accuracy of the answers of each frequency in csrs, mean of 2 seeds: "
            + "step 1: 40.0 %, none, none, none, none; step 2: 60.0 %, none, none, none, none.",
            Figure(page, "csrs, mean of 2 seeds").Elements("svg").Single().Attribute("aria-label")!.Value);

        static RunRecord Run(string name, string method, long seed, params double[] accuracies) => SyntheticRun.Of(
            name,
            [
                .. accuracies.Select((accuracy, i) => UntakenStep.Of(i + 1, method, seed) with
                {
                    AccuracyByFrequency = [accuracy, null, null, null, null],
                }),
            ]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(99)]
    public void An_anchor_that_does_not_fit_does_no_harm(int offset)
    {
        const string Response = "a\U0001D465b";
        TrajectorySample sample = SyntheticRun.Trajectory(1) with { Response = Response, AnchorTextOffset = offset };
        RunRecord run = SyntheticRun.Full("one", 1) with { Trajectories = [sample] };
        Assert.Contains("\U0001D465", Html(run));
    }

    [Fact]
    public void What_a_run_says_never_becomes_markup()
    {
        TrajectorySample sample = SyntheticRun.Trajectory(1, Hostile) with
        {
            Question = Hostile,
            Response = Hostile,
            Answer = Hostile,
            Image = [.. "\"><script>"u8],
            Retraced = [new RetracedSample(Hostile, Hostile)],
        };
        StepMetrics[] metrics =
        [
            .. from step in SyntheticRun.Full("", 3).Metrics select step with { Method = Hostile },
        ];
        string hostile = Html(new RunRecord(Hostile, Hostile, metrics, [sample], []));
        Assert.DoesNotContain("<script", hostile);
        Assert.DoesNotContain("onerror='", hostile);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", hostile);

        // The same elements in the same order as where all texts are harmless.
        const string Plain = "a harmless text";
        string harmless = Html(new RunRecord(Plain, Plain, SyntheticRun.Full("", 3).Metrics, [
            sample with
            {
                ProblemId = Plain,
                Question = Plain,
                Response = Plain,
                Answer = Plain,
                Image = null,
                Retraced = [new RetracedSample(Plain, Plain)],
            },
        ], []));
        Assert.Equal(Tags(harmless), Tags(hostile));
    }

    [Fact]
    public void The_page_is_well_formed_and_refers_to_nothing_outside()
    {
        RunRecord withImage = SyntheticRun.Full("a", 40) with
        {
            Trajectories = [SyntheticRun.Trajectory(1) with { Image = [137, 80, 78, 71, 13, 10, 26, 10, 0] }],
        };
        string page = Html(withImage, SyntheticRun.Full("b & c", 40, seed: 1), SyntheticRun.Of("empty"));
        // With the three elements that HTML does not close closed, it is XML; so then is every SVG in it.
        string closed = Regex.Replace(page["<!DOCTYPE html>".Length..], "<(img|meta|br)([^>]*)>", "<$1$2/>");
        XElement html = XElement.Parse(closed);
        Assert.True(html.Descendants("svg").Count() > 30);
        Assert.All(html.DescendantsAndSelf().Attributes("href"), link => Assert.Single(
            html.Descendants(), target => $"#{target.Attribute("id")?.Value}" == link.Value));
        Assert.Empty(html.Descendants("script"));
        XAttribute source = Assert.Single(html.DescendantsAndSelf().Attributes("src"));
        Assert.Equal("data:image/png;base64,iVBORw0KGgoA", source.Value);
        Assert.DoesNotContain("://", page);
        Assert.DoesNotContain("url(", page);
        Assert.DoesNotContain("@import", page);
    }

    [Fact]
    public void Every_look_and_stroke_of_the_figures_is_in_the_style_sheet()
    {
        XElement page = Report.Page([SyntheticRun.Full("a", 40), SyntheticRun.Full("b", 40, seed: 1)]);
        string style = page.Descendants("style").Single().Value;
        IEnumerable<string> classes = page.Descendants("svg").DescendantsAndSelf().Attributes("class")
            .SelectMany(attribute => attribute.Value.Split(' ')).Distinct()
            .Except(["d0", "late"]); // Solid, which is what a line is without more being said.
        Assert.All(classes, name => Assert.Contains($".{name} ", style.Replace(',', ' ').Replace("{", " {")));
    }

    [Fact]
    public void A_run_that_is_being_written_is_shown_and_an_earlier_page_is_replaced()
    {
        string folder = Path.Combine(_folder, "run");
        string path = Path.Combine(_folder, "pages", "report.html");
        using (RunWriter writer = RunWriter.Open(folder, resumeAfterStep: -1))
        {
            writer.Append(UntakenStep.Of(1) with { Entropy = 0.5 });
            Report.Write([RunReader.Read(folder)], path);
            string first = File.ReadAllText(path);
            writer.Append(UntakenStep.Of(2) with { Entropy = 0.25 });
            writer.Append(SyntheticRun.Trajectory(2));
            Report.Write([RunReader.Read(folder)], path);
            Assert.Contains("<b class=\"whole\">0.500 nats</b>", first);
        }
        string second = File.ReadAllText(path);
        Assert.Contains("<b class=\"whole\">0.250 nats</b>", second);
        Assert.Contains("One and one", second);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Every_figure_is_written_as_a_picture_and_as_numbers()
    {
        RunRecord[] runs =
        [
            SyntheticRun.Full("a, \"b\"", 40),
            SyntheticRun.Full("c", 40, seed: 1),
            SyntheticRun.Full("d", 40, "majority"),
        ];
        string figures = Path.Combine(_folder, "figures");
        Report.WriteFigures(runs, figures);
        int count = Report.Page(runs).Descendants("figure").Count();
        foreach (string kind in new[] { "csv", "png", "svg" })
        {
            Assert.Equal(count, Directory.GetFiles(figures, $"*.{kind}").Length);
        }
        string[] entropy = File.ReadAllLines(Path.Combine(figures, "entropy.csv"));
        Assert.Equal("line,kind,x,value,lower,upper", entropy[0]);
        Assert.Equal("\"a, \"\"b\"\"\",measured,1,0.5,,", entropy[1]);
        Assert.Contains("c,smoothed,40,0.5,,", entropy);
        Assert.Contains("\"csrs, mean of 2 seeds\",mean,40,0.5,0.5,0.5", entropy);
        Assert.Equal(1 + 3 * 40 * 2 + 40, entropy.Length);
        Assert.Contains(
            "d,measured,40,0.5,0.40383153", // Wilson's interval of 50 of 100.
            File.ReadAllText(Path.Combine(figures, "eval-accuracy.csv")));
        XElement svg = XElement.Load(Path.Combine(figures, "accuracy-by-frequency-d.svg"));
        Assert.Equal("http://www.w3.org/2000/svg", svg.Name.NamespaceName);
        Assert.Contains("Accuracy by answer frequency: d", svg.Value);
    }

    [Fact]
    public void The_same_runs_give_the_same_bytes() =>
        Assert.Equal(Html(SyntheticRun.Full("a", 25)), Html(SyntheticRun.Full("a", 25)));

    [Fact]
    public void A_run_without_steps_is_a_page_too()
    {
        string page = Html(SyntheticRun.Of("empty"));
        Assert.Contains("<h1>Run empty</h1>", page);
        Assert.DoesNotContain("<figure", page);
    }

    private string Html(params RunRecord[] runs)
    {
        string path = Path.Combine(_folder, "page.html");
        Report.Write(runs, path);
        return File.ReadAllText(path);
    }

    private static IEnumerable<string> Tags(string html) =>
        Regex.Matches(html, "</?([a-z0-9]+)").Select(match => match.Value);

    private static IEnumerable<string> Figures(RunRecord run) =>
        Report.Page([run]).Descendants("figure").Select(figure => figure.Element("h3")!.Value);

    private static XElement Figure(XElement page, string title) =>
        page.Descendants("figure").Single(figure => figure.Element("h3")!.Value == title);
}
