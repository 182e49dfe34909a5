using System.CommandLine;
using System.Text;
using Retrace.Cli.Progress;
using Retrace.Evaluation.Comparisons;
using Retrace.Evaluation.RuleStudies;
using Retrace.Rewards;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace compare</c>: several methods on the same problems, with the same seeds and steps.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Option<string> model = Needed("--model", "DIR", "Folder of the checkpoint that every run starts from.");
        Option<string> data = Needed("--data", "FILE", "The problems to train on, .jsonl or .parquet.");
        Option<string> test = Needed("--test", "FILE", "Labeled problems to measure on, .jsonl or .parquet.");
        Option<string> output = Needed(
            "--output", "DIR", "Folder for the runs and the tables; what is already there is kept.");
        Option<string?> onSamples = new("--on-samples")
        {
            Description = "Compares reward rules on stored samples, without training: those of a run's folder, or of a file as retrace "
                + "reward reads it. --methods then lists rules, all by default, and --output is a JSON file.",
            HelpName = "DIR|FILE",
        };
        Option<string?> methods = new("--methods")
        {
            Description = $"Methods separated by commas, or all; docs/comparing.md describes them. Default: {Variants.Usual}.",
            HelpName = "LIST",
        };
        Option<string[]> variants = new("--variant")
        {
            Description = "A method of your own by the settings it changes; may be repeated.",
            HelpName = "NAME:key=value,…",
        };
        SeedsOption seeds = new();
        Option<string?> baseline = new("--baseline")
        {
            Description = $"The method to measure the others against. Default: {Variants.UsualBaseline}, if it is compared.",
            HelpName = "NAME",
        };
        Option<int> samples = new("--samples")
        {
            Description = "Responses to each test problem.",
            HelpName = "K",
            DefaultValueFactory = _ => 4,
        };
        Option<int?> limit = new("--limit") { Description = "Uses only the first N test problems.", HelpName = "N" };
        ParallelOption parallel = new();
        AllowChangedOption allowChanged = new();
        ConfigurationOptions settings = new();
        TensorCommand command = new("compare", "Compares methods over seeds, on the same problems and steps.")
        {
            model, data, test, output, methods, variants, baseline, samples, limit, onSamples,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(onSamples) is null
                && new[] { model, data, test, output }.FirstOrDefault(one => result.GetResult(one) is null) is Option missing)
            {
                result.AddError($"Option '{missing.Name}' is required.");
            }
        });
        seeds.AddTo(command);
        parallel.AddTo(command);
        allowChanged.AddTo(command);
        settings.AddSharedTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(onSamples) is string stored)
            {
                GivenOptions.RefuseOthers(
                    parsed,
                    [onSamples, methods, output, .. settings.Settings],
                    name => $"--on-samples trains nothing and does not read {name}; leave one of them out");
                RuleStudyTable.Show(
                    RuleStudy.Of(stored, RulesOf(parsed.GetValue(methods)), settings.Resolve(parsed, modelFolder: null), cancellation),
                    parsed.GetValue(output));
                return Task.FromResult(ExitCode.Done);
            }
            string start = parsed.GetRequiredValue(model);
            ComparisonPlan plan = ComparisonPlan.Of(
                Variants.Choose(
                    parsed.GetValue(methods) ?? Variants.Usual, [.. (parsed.GetValue(variants) ?? []).Select(Variant.Parse)]),
                seeds.In(parsed, settings.Resolve(parsed, start).Seed),
                parsed.GetValue(baseline),
                overrides => settings.Resolve(parsed, start, overrides));
            ComparisonFolder folder = new(parsed.GetRequiredValue(output));
            ComparisonRun comparison = new(
                start,
                parsed.GetRequiredValue(data),
                new HeldOutTest(
                    parsed.GetRequiredValue(test),
                    WholeNumber.AtLeastOne("--samples", parsed.GetValue(samples)),
                    parsed.GetValue(limit) is int given ? WholeNumber.AtLeastOne("--limit", given) : null),
                plan,
                folder,
                new ComparisonLines())
            {
                AllowChanged = allowChanged.In(parsed),
                Parallel = parallel.In(parsed),
            };
            try
            {
                Show(comparison.Complete(cancellation), folder);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine("the same command continues from here");
                throw;
            }
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    // Without --on-samples, whose work needs none of them.
    private static Option<string> Needed(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static IReadOnlyList<string> RulesOf(string? list) =>
        list is null or "all" ? RewardRules.Names : [.. list.Split(',').Select(name => name.Trim())];

    private static void Show(Comparison comparison, ComparisonFolder folder)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.WriteLine();
        TextTable.Write(Console.Out, ComparisonTable.Heading(comparison), ComparisonTable.Rows(comparison));
        if (comparison.Kinds.Count > 0)
        {
            Console.WriteLine();
            string[][] kinds = [.. ComparisonTable.KindRows(comparison)];
            TextTable.Write(Console.Out, kinds[0], kinds[1..]);
        }
        Console.WriteLine();
        Console.WriteLine(ComparisonTable.Note(comparison));
        Console.WriteLine($"the table is in {folder.Markdown} and {folder.Csv}, the curves are in {folder.Report}");
    }
}
