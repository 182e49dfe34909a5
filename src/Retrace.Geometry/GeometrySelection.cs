namespace Retrace.Geometry;

/// <summary>The problems that a data set consists of.</summary>
/// <param name="Seed">Decides all problems.</param>
/// <param name="Train">How many problems to train on; their answers are there for measurement only.</param>
/// <param name="Evaluation">How many problems to watch the training with.</param>
/// <param name="Test">How many problems to measure the result with.</param>
public sealed record GeometrySelection(long Seed, int Train, int Evaluation, int Test)
{
    // So many places of a stream without a problem that is new: the families have no others.
    private const int PatienceForNewProblems = 20_000;

    /// <summary>The families that take part, in no order; the other places of a stream are passed over.</summary>
    public IReadOnlyCollection<string> Families { get; init; } = GeometryGenerator.Families;

    /// <summary>Whether problems have their question in other words, too.</summary>
    public bool Rephrased { get; init; }

    /// <summary>
    /// The first distinct problems of a split's stream, generated lazily. In families that have such a sentence, the question
    /// goes on with one that suggests a wrong answer.
    /// </summary>
    /// <exception cref="BadInputException">
    /// A count is negative, there is no family of a name, or the families have fewer different problems.
    /// </exception>
    public IEnumerable<GeometryProblem> Problems(GeometrySplit split)
    {
        int count = split switch
        {
            GeometrySplit.Train => Train,
            GeometrySplit.Evaluation => Evaluation,
            _ => Test,
        };
        if (count < 0)
        {
            throw new BadInputException($"A data set cannot have {count} problems; give 0 or more.");
        }
        if (Families.FirstOrDefault(name => !GeometryGenerator.Families.Contains(name)) is string unknown)
        {
            throw new BadInputException(
                $"There is no family \"{unknown}\" of problems; there are {string.Join(", ", GeometryGenerator.Families)}.");
        }
        return Different(split, count);
    }

    private IEnumerable<GeometryProblem> Different(GeometrySplit split, int count)
    {
        var seen = new HashSet<string>();
        long lastNew = 0;
        for (long index = 0; seen.Count < count; index++)
        {
            if (!Families.Contains(GeometryGenerator.FamilyAt(index)))
            {
                continue;
            }
            GeometryProblem problem = GeometryGenerator.Create(split, Seed, index);
            if (seen.Add(problem.Id))
            {
                lastNew = index;
                yield return (Rephrased ? problem : problem with { Rephrased = null }).WithSuggestion();
            }
            else if (index - lastNew > PatienceForNewProblems)
            {
                throw new BadInputException(
                    $"{string.Join(", ", Families)}: only {seen.Count} different problems are to be found for the part "
                    + $"{split}, not {count}; ask for fewer, or for more families.");
            }
        }
    }
}
