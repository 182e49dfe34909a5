namespace Retrace.Objectives;

/// <summary>The policy's objectives by the names that a configuration uses (<c>learn.objective</c>).</summary>
public static class PolicyObjectives
{
    private static readonly NamedChoices<Func<ObjectiveParameters, IPolicyObjective>> Objectives = new(
        "objective",
        ("grpo", parameters => new ClippedRatioObjective(parameters.Clip, parameters.UpperClip)),
        ("gspo", parameters => new SequenceRatioObjective(parameters.Clip, parameters.UpperClip)),
        ("cispo", parameters => new ClippedWeightObjective(parameters.UpperClip)),
        ("gmpo", parameters => new GeometricMeanObjective(parameters.Clip, parameters.UpperClip)),
        ("sapo", parameters => new SoftGateObjective(parameters.PositiveGate, parameters.NegativeGate)));

    /// <summary>All of them, registered ones included.</summary>
    public static IReadOnlyList<string> Names => Objectives.Names;

    /// <summary>Registers an objective of your own under a name, so that configurations can choose it.</summary>
    /// <param name="name">Letters, digits, - and _. Registering it again replaces the objective.</param>
    /// <param name="create">Creates the objective from the numbers in the configuration.</param>
    /// <exception cref="ArgumentException">The name cannot be used, or belongs to a built-in objective.</exception>
    public static void Register(string name, Func<ObjectiveParameters, IPolicyObjective> create) =>
        Objectives.Register(name, create);

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="parameters">The numbers.</param>
    /// <exception cref="BadInputException">There is no objective of that name.</exception>
    public static IPolicyObjective Create(string name, ObjectiveParameters parameters) => Objectives[name](parameters);
}
