namespace Retrace.Simulation;

/// <summary>The experiment with tabular policies: a softmax over answers for each of many problems.</summary>
/// <remarks>
/// Initial logits are normal noise, on which the dominant answer of a problem stands out by
/// <see cref="Dominance"/>. For <see cref="RightShare"/> of the problems it is the right one; in the others the
/// right answer stands out, too, by <see cref="RunnerUp"/>: less, or it would be the dominant one.
/// </remarks>
public sealed record TabularSetting
{
    /// <summary>The number of problems that learn together; they share only the scale of batch-std.</summary>
    public int Problems { get; init; } = 400;

    /// <summary>A, the number of possible answers to each problem.</summary>
    public int Answers { get; init; } = 6;

    /// <summary>n trajectories with k continuations each.</summary>
    public GroupSize Group { get; init; } = new(8, 5);

    /// <summary>The number of gradient ascent steps.</summary>
    public int Updates { get; init; } = 100;

    /// <summary>η, the learning rate of the logits.</summary>
    public double LearningRate { get; init; } = 0.15;

    /// <summary>β, the weight of KL(π ‖ initial π).</summary>
    public double Kl { get; init; } = 0.02;

    /// <summary>The share of problems whose dominant answer is right, in [0, 1].</summary>
    public double RightShare { get; init; } = 0.6;

    /// <summary>The standard deviation of the noise in initial logits.</summary>
    public double Noise { get; init; } = 0.85;

    /// <summary>The lead of the dominant answer over the noise, in logits.</summary>
    public double Dominance { get; init; } = 1.4;

    /// <summary>The lead of a right answer that is not dominant over the noise, in logits.</summary>
    public double RunnerUp { get; init; } = 1.1;

    /// <summary>
    /// The probability that a continuation of a rightly answered trajectory survives; of a wrongly answered one it is
    /// less by the survival gap.
    /// </summary>
    public double SurvivalRight { get; init; } = 0.62;

    /// <summary>Checks that the settings describe an experiment.</summary>
    /// <exception cref="BadInputException">A number is out of range.</exception>
    public void Check()
    {
        Require.That(Problems >= 1, $"There are {Problems} problems; give at least 1.");
        Require.That(Answers >= 2, $"A problem has {Answers} answers; give at least 2.");
        Require.That(
            Group is { Trajectories: >= 2, Continuations: >= 1 },
            $"A group has {Group.Trajectories} trajectories with {Group.Continuations} continuations each; give at "
            + "least 2 and 1.");
        Require.That(Updates >= 1, $"There are {Updates} updates; give at least 1.");
        Require.That(
            LearningRate is > 0 and <= double.MaxValue, $"The learning rate is {LearningRate}; give more than 0.");
        Require.That(Kl is >= 0 and <= double.MaxValue, $"The weight of the KL term is {Kl}; give 0 or more.");
        Require.That(RightShare is >= 0 and <= 1, $"The share of right dominant answers is {RightShare}; give 0 to 1.");
        Require.That(Noise is >= 0 and <= double.MaxValue, $"The noise in logits is {Noise}; give 0 or more.");
        Require.That(double.IsFinite(Dominance), $"The dominance is {Dominance}; give a number.");
        Require.That(double.IsFinite(RunnerUp), $"The runner-up's lead is {RunnerUp}; give a number.");
        Require.That(SurvivalRight is >= 0 and <= 1, $"The survival of right answers is {SurvivalRight}; give 0 to 1.");
    }

    /// <summary>How continuations of rightly and of wrongly answered trajectories fare with this gap.</summary>
    /// <exception cref="BadInputException">No survival of wrong answers in [0, 1] has this gap.</exception>
    public (Reinference Right, Reinference Wrong) Reinference(double gap)
    {
        double wrong = SurvivalRight - gap;
        Require.That(
            wrong is >= 0 and <= 1,
            $"The survival gap is {gap}, but right answers survive with {SurvivalRight}; the difference must lie "
            + "between 0 and 1.");
        return (new Reinference(SurvivalRight), new Reinference(wrong));
    }
}
