using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>How many samples a majority vote needs to spend as many tokens as a run that retraces.</summary>
public static class VoteBudget
{
    /// <summary>
    /// Samples for a problem's vote (<c>rollout.vote_samples</c>): n times all tokens of the run over those of its
    /// maternal rounds. Continuations are shorter than whole responses, so it is less than n · (1 + k).
    /// </summary>
    /// <param name="retracing">The metrics of the run whose tokens are to be matched.</param>
    /// <param name="group">n, the group size of that run.</param>
    public static int Matching(IReadOnlyList<StepMetrics> retracing, int group)
    {
        double maternal = retracing.Sum(step => (double)(step.MaternalTokens ?? 0));
        double retraced = retracing.Sum(step => (double)(step.RetracedTokens ?? 0));
        return (int)Math.Round(group * (1 + (retraced / maternal)));
    }
}
