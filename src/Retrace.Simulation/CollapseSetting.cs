namespace Retrace.Simulation;

/// <summary>The iteration of Propositions 1 and 2 from one distribution of answers.</summary>
public sealed record CollapseSetting
{
    private const int LargestEnumeration = 200_000;

    /// <summary>The distribution of the answers at the beginning. By default its mode is wrong.</summary>
    public AnswerDistribution Initial { get; init; } = AnswerDistribution.Of([0.35, 0.3, 0.15, 0.1, 0.1]);

    /// <summary>The right answer; nothing but measurement reads it.</summary>
    public int Right { get; init; } = 1;

    /// <summary>β, the weight of the KL divergence.</summary>
    public double Beta { get; init; } = 0.3;

    /// <summary>The number of times that the policy is replaced by the optimum.</summary>
    public int Iterations { get; init; } = 20;

    /// <summary>n and k; majority voting gets n(1 + k) votes.</summary>
    public GroupSize Group { get; init; } = new(8, 5);

    /// <summary>
    /// n and k of the groups over all of which any rule is summed exactly; there are A^(n(1 + k)) of them.
    /// </summary>
    public GroupSize EnumeratedGroup { get; init; } = new(3, 1);

    /// <summary>x₁ of the contrastive factor: the first mode.</summary>
    public int Frequent => Initial.Mode;

    /// <summary>x₂ of the contrastive factor: the least probable answer; of several, the last.</summary>
    public int Rare => Initial.Probabilities.ToList().LastIndexOf(Initial.Probabilities.Min());

    /// <summary>How continuations fare under the perturbation.</summary>
    public Reinference Reinference { get; init; } = new(Survival: 0.3, Spread: 0.5);

    /// <summary>How many groups the sampled maps sample for each answer and iteration.</summary>
    public int SampledGroups { get; init; } = 200;

    /// <summary>The seed of the sampled reward maps.</summary>
    public long Seed { get; init; }

    /// <summary>Checks that the settings describe an experiment.</summary>
    /// <exception cref="BadInputException">A number is out of range.</exception>
    public void Check()
    {
        Require.That(
            Right >= 0 && Right < Initial.Answers,
            $"The right answer is {Right}, but the answers are 0 to {Initial.Answers - 1}.");
        Require.That(Beta is > 0 and <= double.MaxValue, $"β is {Beta}; give more than 0.");
        Require.That(Iterations >= 1, $"There are {Iterations} iterations; give at least 1.");
        Require.That(
            Group is { Trajectories: >= 1, Continuations: >= 1 },
            $"A group has {Group.Trajectories} trajectories with {Group.Continuations} continuations each; give at "
            + "least 1 and 1.");
        Require.That(
            EnumeratedGroup is { Trajectories: >= 1, Continuations: >= 1 }
            && Math.Pow(Initial.Answers, EnumeratedGroup.Total) <= LargestEnumeration,
            $"A group of {EnumeratedGroup.Trajectories} trajectories with {EnumeratedGroup.Continuations} continuations each "
            + $"cannot be summed over exactly with {Initial.Answers} answers; give at least 1 and 1, and at most "
            + $"{LargestEnumeration} groups.");
        Require.That(
            Reinference is { Survival: >= 0 and <= 1, Spread: >= 0 and <= 1 },
            $"Survival is {Reinference.Survival} and spread {Reinference.Spread}; give 0 to 1.");
        Require.That(SampledGroups >= 1, $"There are {SampledGroups} sampled groups; give at least 1.");
    }
}
