using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Evaluation.Reproductions;
using Retrace.Rewards;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Reproductions;

/// <summary>The plans of the paper's tables, and its numbers in them.</summary>
public sealed class PaperTablesTests
{
    private static readonly string[] EightRows =
        ["none", "rrm", "sfr", "vsp", "rrm-sfr", "rrm-vsp", "sfr-vsp", "rrm-sfr-vsp"];

    public static TheoryData<string> Names => [.. PaperTables.All.Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_run_of_a_table_can_be_resolved_with_the_defaults_and_with_the_paper_s_preset(string name)
    {
        PaperTable table = PaperTables.Named(name);
        string preset = Path.Combine(Shipped.Presets, "paper", "qwen2.5-vl-7b-geometry3k.yaml");
        foreach (string? file in new[] { null, preset })
        {
            ComparisonPlan plan = Plan(table, file);
            Assert.Equal(table.Variants, plan.Methods);
            Assert.Equal(file is null ? (double?)null : 15.0, plan.Shared.Epochs);
            Assert.All(
                plan.Methods.Where(method => method.BudgetOf is null),
                method => plan.ConfigurationOf(method, 3, []).Check());
        }
        Assert.All(table.Rows, row => Assert.NotEqual("", row.Meaning));
        Assert.All(table.Rows, row => Assert.All(row.Reported.Values, reported => Assert.InRange(reported, 20, 80)));
    }

    [Fact]
    public void All_tables_sweeps_and_figures_are_there()
    {
        Assert.Equal(
            [
                "main", "main-geoqa", "main-mmr1", "ablation", "omega", "m", "gamma", "beta", "figure-3", "figure-4",
                "figure-5",
            ],
            PaperTables.All.Select(table => table.Name));
        Assert.Contains("do not say what it shows", Assert.Throws<BadInputException>(() => PaperTables.Named("figure-6")).Message);
        Assert.Contains("there are main, ", Assert.Throws<BadInputException>(() => PaperTables.Named("table-1")).Message);
    }

    [Fact]
    public void Rows_of_one_name_are_one_run_whatever_table_they_are_in()
    {
        ILookup<string, RunConfiguration> byName = PaperTables.All
            .SelectMany(table => Resolved(table).Select(run => (run.Key, run.Value)))
            .ToLookup(run => run.Key, run => run.Value);
        Assert.All(byName, runs => Assert.Single(runs.Distinct()));
        Assert.Equal(byName.Count, byName.Select(runs => runs.First()).Distinct().Count());
        RunConfiguration csrs = byName[PaperTables.Csrs].First();
        Assert.Equal(
            ("sfr", 5, 0.7, 0.2, 5.0, "gaussian"),
            (csrs.Reward.Rule, csrs.Retracing.Samples, csrs.Retracing.KeepRate, csrs.Reward.Gamma, csrs.Reward.Beta,
                csrs.Retracing.Perturbation));
    }

    [Fact]
    public void The_eight_rows_of_the_ablation_differ_in_what_their_names_say_and_in_nothing_else()
    {
        PaperTable ablation = PaperTables.Named("ablation");
        Dictionary<string, RunConfiguration> runs = Resolved(ablation);
        PaperRow[] rows = [.. ablation.Rows.Where(row => EightRows.Contains(row.Label))];
        Assert.Equal(EightRows, rows.Select(row => row.Label));
        Assert.Equal(8, rows.Select(row => runs[row.Variant!.Name]).Distinct().Count());
        foreach (PaperRow row in rows)
        {
            RunConfiguration run = runs[row.Variant!.Name];
            Assert.Equal(row.Label.Contains("rrm") ? 0.7 : 0, run.Retracing.KeepRate);
            Assert.Equal(row.Label.Contains("sfr") ? "sfr" : "majority", run.Reward.Rule);
            Assert.Equal(row.Label.Contains("vsp") ? "gaussian" : "none", run.Retracing.Perturbation);
            Assert.Equal(48, VoteBudget.SamplesOf(run)); // 8 · (1 + 5), in every row.
            RunConfiguration whole = runs[PaperTables.Csrs];
            Assert.Equal(whole, run with
            {
                Retracing = run.Retracing with
                {
                    KeepRate = whole.Retracing.KeepRate,
                    Perturbation = whole.Retracing.Perturbation,
                },
                Reward = run.Reward with { Rule = whole.Reward.Rule },
            });
        }
        Assert.Equal("majority of A_n and A_m, 1 or 0; A_m sampled from the start (ω 0), perturbed images", Meaning("vsp"));
        Assert.Equal("sfr over A_n and A_m; A_m retraced, clean images", Meaning("rrm-sfr"));
        Assert.Equal([8, 8], new[] { "csrs-no-rrm", "majority" }.Select(name => VoteBudget.SamplesOf(runs[name])));

        string Meaning(string label) => rows.Single(row => row.Label == label).Meaning;
    }

    [Theory]
    [InlineData("omega", "0.1 0.3 0.5 0.7 0.9", "0.7")]
    [InlineData("m", "4 5 6 7 8", "5")]
    [InlineData("gamma", "0.05 0.1 0.2 0.35", "0.2")]
    [InlineData("beta", "3.5 5 6.5 8", "5")]
    public void A_sweep_takes_the_paper_s_values_and_has_its_best_in_the_method_s_own_run(
        string name, string values, string best)
    {
        PaperTable sweep = PaperTables.Named(name);
        Assert.Equal(values.Split(' '), sweep.Rows.Select(row => row.Label));
        PaperRow highest = sweep.Rows.MaxBy(row => row.Reported.Values.Single())!;
        Assert.Equal((best, PaperTables.Csrs), (highest.Label, highest.Variant!.Name));
        Assert.Equal(PaperTables.Csrs, sweep.Baseline);
        Dictionary<string, RunConfiguration> runs = Resolved(sweep);
        Assert.Equal(values.Split(' '), sweep.Rows.Select(row => FormattableString.Invariant($"{Swept(runs[row.Variant!.Name])}")));

        double Swept(RunConfiguration run) => name switch
        {
            "omega" => run.Retracing.KeepRate,
            "m" => run.Retracing.Samples,
            "gamma" => run.Reward.Gamma,
            _ => run.Reward.Beta,
        };
    }

    [Fact]
    public void The_document_has_every_table_s_command_and_number()
    {
        string document = File.ReadAllText(Shipped.PaperDocument);
        Assert.All(PaperTables.All, table => Assert.Contains($"reproduce {table.Name}", document));
        Assert.All(
            PaperTables.All.SelectMany(table => table.Rows).SelectMany(row => row.Reported.Values),
            reported => Assert.Contains(FormattableString.Invariant($"{reported:0.00}"), document));
    }

    [Fact]
    public void Settings_that_make_two_rows_one_are_refused()
    {
        string complaint = Assert.Throws<BadInputException>(() => Plan(
            PaperTables.Named("ablation"), null, "retrace.perturbation=none")).Message;
        Assert.Contains("ablation: under these settings none and vsp are the same run", complaint);
    }

    [Fact]
    public void A_paper_s_number_is_its_benchmark_s_or_the_mean_over_all()
    {
        PaperRow csrs = PaperTables.Named("main").Rows.Single(row => row.Variant?.Name == PaperTables.Csrs);
        Assert.Equal(67.81, csrs.ReportedOn("mathvista"));
        Assert.Equal((27.97 + 46.01 + 67.81 + 71.77) / 4, csrs.ReportedOn(null)!.Value, 12);
        Assert.Null(PaperTables.Named("figure-5").Rows[0].ReportedOn(null));
    }

    private static Dictionary<string, RunConfiguration> Resolved(PaperTable table)
    {
        ComparisonPlan plan = Plan(table, null);
        return table.Variants.Where(variant => variant.BudgetOf is null)
            .ToDictionary(variant => variant.Name, variant => plan.ConfigurationOf(variant, 0, []));
    }

    private static ComparisonPlan Plan(PaperTable table, string? file, params string[] settings) => Reproduction.PlanOf(
        table, [0], overrides => ConfigurationLayers.Resolve(null, file, [.. settings, .. overrides]));
}
