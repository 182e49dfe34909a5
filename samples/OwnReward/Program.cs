// Evolves a model with a reward of one's own: OwnReward MODEL-FOLDER DATA-FILE RUN-FOLDER STEPS
using Retrace.Answers;
using Retrace.Rewards;
using Retrace.Training.Evolution;

RunOptions options = new(args[0], args[1], args[2]) { Reward = new RareButStable(), Steps = int.Parse(args[3]) };
using EvolutionRun run = EvolutionRun.Open(options);
EvolutionResult result = run.Evolve();
Console.WriteLine($"reward {result.Last.RewardMean:0.000}; the model is in {result.Checkpoint}");

// Rewards an answer that most of its own continuations come back to, and half as much where many others gave it.
internal sealed class RareButStable : IRewardRule
{
    public RewardInputs Reads => RewardInputs.Continuations;

    public double[] Score(AnswerGroup group) =>
    [
        .. group.Maternal.Zip(group.Retraced, (answer, continuations) =>
        {
            if (answer == AnswerClasses.None)
            {
                return 0;
            }
            double stable = continuations.Count(one => one == answer) / (double)continuations.Count;
            double common = group.Maternal.Count(one => one == answer) / (double)group.Maternal.Count;
            return stable * (1 - (common / 2));
        }),
    ];
}
