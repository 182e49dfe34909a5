using System.CommandLine;
using System.Globalization;
using System.Text;
using Retrace.Reporting.Simulations;
using Retrace.Simulation;
using static Retrace.Cli.Commands.NumberOption<Retrace.Simulation.TabularSetting>;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace simulate survival</c>: tabular policies that learn, by reward rule and survival gap.</summary>
internal sealed class SimulateSurvival(Option<long> seed, Option<string?> output)
{
    /// <summary>The default number of seeds.</summary>
    public const int UsualSeeds = 3;

    /// <summary>The default survival gaps.</summary>
    public static IReadOnlyList<double> UsualGaps => [0, 0.15, 0.25, 0.4];

    public Command Create()
    {
        Option<string> gaps = new("--gaps")
        {
            Description = "Survival gaps, separated by commas.",
            HelpName = "LIST",
            DefaultValueFactory = _ => NumberList.Write(UsualGaps),
        };
        Option<int> seeds = Number("--seeds", "How many seeds, from --seed on.", _ => UsualSeeds);
        Option<int> problems = Number("--problems", "Problems that learn together.", usual => usual.Problems);
        Option<int> answers = Number("--answers", "Answers to each problem.", usual => usual.Answers);
        Option<int> group = Number("--group", "Trajectories in a group.", usual => usual.Group.Trajectories);
        Option<int> samples = Number(
            "--samples", "Continuations of each trajectory.", usual => usual.Group.Continuations);
        Option<int> updates = Number("--updates", "Steps of gradient ascent.", usual => usual.Updates);
        Option<double> learningRate = Number("--learning-rate", "Of the logits.", usual => usual.LearningRate);
        Option<double> kl = Number("--kl", "Weight of the KL divergence from the initial policy.", usual => usual.Kl);
        Option<double> rightShare = Number(
            "--right-share", "Share of problems whose dominant answer is right.", usual => usual.RightShare);
        Option<double> noise = Number("--noise", "Standard deviation of initial logits.", usual => usual.Noise);
        Option<double> dominance = Number(
            "--dominance", "What the dominant answer has over the noise, in logits.", usual => usual.Dominance);
        Option<double> runnerUp = Number(
            "--runner-up", "What a right answer has that is not dominant, in logits.", usual => usual.RunnerUp);
        Option<double> survival = Number(
            "--survival-right", "Probability that a right answer survives; a wrong one's is less by the gap.",
            usual => usual.SurvivalRight);
        Command command = new("survival", "Lets tabular policies learn by each reward, over survival gaps.")
        {
            gaps, seeds, problems, answers, group, samples, updates, learningRate, kl, rightShare, noise, dominance,
            runnerUp, survival,
        };
        command.SetAction((parsed, cancellation) =>
        {
            TabularSetting setting = new()
            {
                Problems = parsed.GetValue(problems),
                Answers = parsed.GetValue(answers),
                Group = new GroupSize(parsed.GetValue(group), parsed.GetValue(samples)),
                Updates = parsed.GetValue(updates),
                LearningRate = parsed.GetValue(learningRate),
                Kl = parsed.GetValue(kl),
                RightShare = parsed.GetValue(rightShare),
                Noise = parsed.GetValue(noise),
                Dominance = parsed.GetValue(dominance),
                RunnerUp = parsed.GetValue(runnerUp),
                SurvivalRight = parsed.GetValue(survival),
            };
            double[] wanted = NumberList.Parse("--gaps", parsed.GetRequiredValue(gaps));
            Run(parsed, setting, wanted, parsed.GetValue(seeds), cancellation);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    public void Run(
        ParseResult parsed,
        TabularSetting setting,
        IReadOnlyList<double> gaps,
        int seeds,
        CancellationToken cancellation)
    {
        IReadOnlyList<SurvivalResult> results = SurvivalExperiment.Run(
            setting, LearningRule.Compared, gaps, parsed.GetValue(seed), seeds, cancellation);
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.WriteLine(FormattableString.Invariant(
            $"From {results[0].Mean[0].RightProbability:0.000}, entropy {results[0].Mean[0].Entropy:0.00} nats,")
            + $" to, after {setting.Updates} updates, by survival gap (± standard error over {seeds} seeds):");
        Write("right answer", result => Text(result.Mean[^1].RightProbability)
            + (result.StandardError is double error ? $" ±{Text(error)}" : ""));
        Write("entropy (nats)", result => Text(result.Mean[^1].Entropy));
        if (parsed.GetValue(output) is string directory)
        {
            SurvivalReport.Write(results, directory);
            Console.WriteLine($"the figures are in {Path.Combine(directory, "survival.html")}");
        }

        void Write(string title, Func<SurvivalResult, string> cell) => TextTable.Write(
            Console.Out,
            [title, .. gaps.Select(gap => gap.ToString("0.00##", CultureInfo.InvariantCulture))],
            results.GroupBy(result => result.Rule).Select(string[] (ofRule) => [ofRule.Key, .. ofRule.Select(cell)]));
    }

    private static string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
