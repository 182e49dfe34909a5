using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>Both rounds of one problem, sampled from a distribution of answers instead of a model.</summary>
internal static class SampledGroup
{
    /// <summary>A group as the reward rules read it; class ids are the answers.</summary>
    /// <param name="first">The first trajectory's answer; the others are sampled from the policy.</param>
    /// <param name="policy">Where trajectories are sampled from, and continuations that think anew.</param>
    /// <param name="size">n and k.</param>
    /// <param name="reinferenceOf">How continuations of a trajectory with this answer fare.</param>
    /// <param name="random">Used in a fixed order: trajectories, then continuations.</param>
    public static AnswerGroup Sample(
        int first, AnswerDistribution policy, GroupSize size, Func<int, Reinference> reinferenceOf, Random random)
    {
        int[] maternal = new int[size.Trajectories];
        maternal[0] = first;
        for (int i = 1; i < maternal.Length; i++)
        {
            maternal[i] = policy.Sample(random);
        }
        return size.Continuations == 0
            ? new AnswerGroup(maternal, [])
            : new AnswerGroup(maternal, Array.ConvertAll(maternal, Retrace));

        int[] Retrace(int answer)
        {
            Reinference reinference = reinferenceOf(answer);
            int[] continuations = new int[size.Continuations];
            for (int j = 0; j < continuations.Length; j++)
            {
                continuations[j] = reinference.Sample(policy, answer, random);
            }
            return continuations;
        }
    }
}
