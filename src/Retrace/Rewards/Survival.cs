using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>Survival of answers in re-inference.</summary>
internal static class Survival
{
    /// <summary>
    /// [n] how many of each trajectory's continuations came back to its answer; 0 for an unextractable answer.
    /// </summary>
    public static int[] Survivors(AnswerGroup group)
    {
        int[] survivors = new int[group.Maternal.Count];
        for (int i = 0; i < group.Retraced.Count; i++)
        {
            int answer = group.Maternal[i];
            survivors[i] = answer == AnswerClasses.None ? 0 : group.Retraced[i].Count(other => other == answer);
        }
        return survivors;
    }
}
