using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Retrace.Geometry.Families;

namespace Retrace.Geometry;

/// <summary>An endless stream of problems for each split.</summary>
public static class GeometryGenerator
{
    private static readonly ProblemFamily[] AllFamilies =
    [
        new TriangleAngles(),
        new Segments(),
        new Counting(),
        new Perimeter(),
        new Clock(),
        new ParallelLines(),
        new Area(),
        new BarChart(),
        new IsoscelesAngles(),
        new Circles(),
        new Coordinates(),
        new StraightAngle(),
        new Ruler(),
        new Pythagoras(),
        new PieChart(),
        new Thermometer(),
        new SimilarTriangles(),
    ];

    /// <summary>The names of the families, in the order in which a stream visits them.</summary>
    public static IReadOnlyList<string> Families { get; } = [.. AllFamilies.Select(family => family.Name)];

    /// <summary>The family of the problem at this place of every stream.</summary>
    public static string FamilyAt(long index) => AllFamilies[index % AllFamilies.Length].Name;

    /// <summary>
    /// The problem at this place of the split's stream. Families take turns, and each family's difficulties do.
    /// </summary>
    /// <remarks>
    /// The content of a problem decides its split, so it is drawn again until it falls into the one asked for: no
    /// problem of one split can be drawn for another, however long the streams.
    /// </remarks>
    /// <param name="split">Of ten contents one is for tests, one for evaluation, eight are for training.</param>
    /// <param name="seed">Names the stream.</param>
    /// <param name="index">The place in the stream, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static GeometryProblem Create(GeometrySplit split, long seed, long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ProblemFamily family = AllFamilies[index % AllFamilies.Length];
        int difficulty = 1 + (int)(index / AllFamilies.Length % 3);
        for (long attempt = 0; ; attempt++)
        {
            Random random = RandomStream.For(seed, (long)split, index, attempt);
            if (family.Draw(random, difficulty) is not { } draft)
            {
                continue;
            }
            ulong hash = ContentHash(family.Name, draft.Text.Content);
            if (SplitOf(hash) == split)
            {
                return new GeometryProblem($"{family.Name}-{hash:x16}", family.Name, difficulty, draft.Text.Question.Text,
                    draft.Text.Reasoning, draft.Text.Answer, draft.Figure)
                {
                    Rephrased = draft.Text.Question.Rephrased,
                    Suggestion = draft.Text.Suggestion,
                    Mistakes = [.. draft.Text.Mistakes.Where(mistake => mistake.Answer != draft.Text.Answer)],
                };
            }
        }
    }

    private static GeometrySplit SplitOf(ulong contentHash) => (contentHash % 10) switch
    {
        0 => GeometrySplit.Test,
        1 => GeometrySplit.Evaluation,
        _ => GeometrySplit.Train,
    };

    // SHA-256, because the split of a content must never change: not with the runtime, the machine or the process.
    private static ulong ContentHash(string family, string content) =>
        BinaryPrimitives.ReadUInt64LittleEndian(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{family}|{content}")));
}
