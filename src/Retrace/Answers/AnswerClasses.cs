namespace Retrace.Answers;

/// <summary>Partitions answers into classes of equal ones.</summary>
public static class AnswerClasses
{
    /// <summary>The class of an answer that could not be extracted. It equals nothing, itself included.</summary>
    public const int None = -1;

    /// <summary>
    /// The class of each answer: the transitive closure of the equivalence over all pairs, so that the partition does
    /// not depend on the order. Classes are numbered from 0 by first appearance; null is <see cref="None"/>.
    /// </summary>
    public static int[] Of(IReadOnlyList<string?> answers, IAnswerEquivalence equivalence)
    {
        // One node for each canonical form: many equal answers cost one comparison with the others, not one each.
        Dictionary<string, int> nodeOfForm = [];
        List<string> representatives = [];
        int[] nodes = new int[answers.Count];
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = None;
            if (answers[i] is string answer)
            {
                string form = equivalence.CanonicalForm(answer);
                if (!nodeOfForm.TryGetValue(form, out nodes[i]))
                {
                    nodes[i] = representatives.Count;
                    nodeOfForm.Add(form, nodes[i]);
                    representatives.Add(answer);
                }
            }
        }

        int[] classOfNode = Closure(representatives, equivalence);
        return Array.ConvertAll(nodes, node => node == None ? None : classOfNode[node]);
    }

    /// <summary>
    /// The class that an answer from outside belongs to: that of the first of <paramref name="answers"/> which equals
    /// it, or <see cref="None"/>.
    /// </summary>
    /// <remarks>
    /// For the gold answer, which must not take part in the partition: it could join two classes, and a label would
    /// then have changed the rewards.
    /// </remarks>
    /// <param name="answer">The answer from outside.</param>
    /// <param name="answers">The answers that were partitioned.</param>
    /// <param name="classes">What <see cref="Of"/> gave for them.</param>
    /// <param name="equivalence">The equivalence they were partitioned by.</param>
    public static int Find(
        string answer, IReadOnlyList<string?> answers, IReadOnlyList<int> classes, IAnswerEquivalence equivalence)
    {
        HashSet<string> seen = [];
        for (int i = 0; i < answers.Count; i++)
        {
            if (answers[i] is string candidate && seen.Add(candidate) && equivalence.AreEqual(answer, candidate))
            {
                return classes[i];
            }
        }
        return None;
    }

    private static int[] Closure(List<string> representatives, IAnswerEquivalence equivalence)
    {
        int[] parents = [.. Enumerable.Range(0, representatives.Count)];
        for (int first = 0; first < parents.Length; first++)
        {
            for (int second = first + 1; second < parents.Length; second++)
            {
                int firstRoot = Root(parents, first);
                int secondRoot = Root(parents, second);
                if (firstRoot != secondRoot && equivalence.AreEqual(representatives[first], representatives[second]))
                {
                    parents[Math.Max(firstRoot, secondRoot)] = Math.Min(firstRoot, secondRoot);
                }
            }
        }

        int[] classes = new int[parents.Length];
        int count = 0;
        for (int node = 0; node < classes.Length; node++)
        {
            // The root is the smallest node of its class, so its class is numbered before any other member asks for it.
            int root = Root(parents, node);
            classes[node] = root == node ? count++ : classes[root];
        }
        return classes;
    }

    private static int Root(int[] parents, int node)
    {
        while (parents[node] != node)
        {
            node = parents[node];
        }
        return node;
    }
}
