using Retrace.Geometry;
using Retrace.Problems;

namespace Retrace.Training.Data;

/// <summary>The problems of <see cref="GeometryDataSet"/> as Parquet, without their figures' descriptions.</summary>
public static class GeometryParquet
{
    /// <summary>
    /// Writes <c>train.parquet</c>, <c>evaluation.parquet</c> and <c>test.parquet</c>, each atomically.
    /// </summary>
    /// <param name="directory">Made if it is missing; files of these names are replaced.</param>
    /// <param name="seed">Decides all problems.</param>
    /// <param name="train">How many problems to train on.</param>
    /// <param name="evaluation">How many problems to watch the training with.</param>
    /// <param name="test">How many problems to measure the result with.</param>
    /// <exception cref="BadInputException">A count is negative, or a file cannot be written.</exception>
    public static void Write(string directory, long seed, int train, int evaluation, int test)
    {
        (string Name, ProblemSet Problems)[] files =
        [
            ("train.parquet", SetOf(GeometryDataSet.Problems(GeometrySplit.Train, seed, train))),
            ("evaluation.parquet", SetOf(GeometryDataSet.Problems(GeometrySplit.Evaluation, seed, evaluation))),
            ("test.parquet", SetOf(GeometryDataSet.Problems(GeometrySplit.Test, seed, test))),
        ];
        foreach ((string name, ProblemSet problems) in files)
        {
            ParquetProblemWriter.Write(problems, Path.Combine(directory, name));
        }
    }

    private static ProblemSet SetOf(IEnumerable<GeometryProblem> drawn)
    {
        GeometryProblem[] problems = [.. drawn];
        return new ProblemSet(
            [.. problems.Select(problem => new Problem(
                problem.Id,
                problem.Question,
                [new EmbeddedImage($"{problem.Id}.png", FigureRenderer.RenderPng(problem.Figure))],
                problem.Family))],
            problems.ToDictionary(problem => problem.Id, problem => problem.Answer),
            Skipped: []);
    }
}
