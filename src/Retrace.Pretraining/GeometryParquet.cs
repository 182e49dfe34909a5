using Retrace.Data.Parquet;
using Retrace.Geometry;
using Retrace.Geometry.Figures;
using Retrace.Problems;

namespace Retrace.Pretraining;

/// <summary>The problems of <see cref="GeometryDataSet"/> as Parquet, without their figures' descriptions.</summary>
public static class GeometryParquet
{
    /// <summary>
    /// Writes <c>train.parquet</c>, <c>evaluation.parquet</c> and <c>test.parquet</c>, each atomically.
    /// </summary>
    /// <param name="directory">Created if it does not exist; files of these names are replaced.</param>
    /// <exception cref="BadInputException">There are no such problems, or a file cannot be written.</exception>
    public static void Write(string directory, GeometrySelection selection)
    {
        (string Name, ProblemSet Problems)[] files =
        [
            ("train.parquet", SetOf(selection.Problems(GeometrySplit.Train))),
            ("evaluation.parquet", SetOf(selection.Problems(GeometrySplit.Evaluation))),
            ("test.parquet", SetOf(selection.Problems(GeometrySplit.Test))),
        ];
        foreach ((string name, ProblemSet problems) in files)
        {
            ParquetProblemWriter.Write(problems, Path.Combine(directory, name));
        }
    }

    private static ProblemSet SetOf(IEnumerable<GeometryProblem> generated)
    {
        GeometryProblem[] problems = [.. generated];
        return new ProblemSet(
            [.. problems.Select(problem => new Problem(
                problem.Id,
                problem.Question,
                [new EmbeddedImage($"{problem.Id}.png", FigureRenderer.RenderPng(problem.Figure))],
                problem.Family)
            {
                Rephrased = problem.Rephrased,
            })],
            problems.ToDictionary(problem => problem.Id, problem => problem.Answer),
            Skipped: []);
    }
}
