using System.Globalization;
using Retrace.Problems;

namespace Retrace.Data.Parquet;

/// <summary>
/// Problems as Parquet, in the layouts in which Geometry3K, GeoQA and MMR1 are published and that verl and EasyR1 use.
/// </summary>
/// <remarks>
/// Question: <c>problem</c>, <c>question</c>, or the last user message of <c>prompt</c> (a list of {role, content}).
/// Images: <c>images</c> or <c>image</c>, one or a list of {bytes, path}, bytes, paths, base64 or data URLs. Answer:
/// <c>answer</c>, <c>reward_model.ground_truth</c>, or <c>solution</c>, of which the text inside &lt;answer&gt; or the
/// last box counts. Besides them <c>id</c> (otherwise the row's number, from 1), <c>category</c> and <c>rephrased</c>. Other columns are
/// not read. Images stay in the file until they are needed.
/// </remarks>
public sealed class ParquetSource : IProblemSource
{
    private readonly IReadOnlyList<string> _paths;
    private readonly RowGroupCache _cache;
    private readonly bool _allowOutsideImages;
    private readonly string? _imageFolder;

    /// <param name="paths">The parts of the data set; rows are numbered on from one to the next.</param>
    public ParquetSource(params IReadOnlyList<string> paths)
        : this(paths, RowGroupCache.Shared)
    {
    }

    /// <param name="paths">As above.</param>
    /// <param name="cache">The cache of image bytes.</param>
    /// <param name="allowOutsideImages">Whether paths of images may lead out of their file's folder.</param>
    /// <param name="imageFolder">Where paths of images start; null: in their file's folder.</param>
    internal ParquetSource(
        IReadOnlyList<string> paths, RowGroupCache cache, bool allowOutsideImages = false, string? imageFolder = null)
    {
        _imageFolder = imageFolder;
        _paths = paths;
        _cache = cache;
        _allowOutsideImages = allowOutsideImages;
    }

    /// <summary>The path of the file; of several parts the first.</summary>
    public string Name => _paths[0];

    /// <inheritdoc/>
    /// <exception cref="BadInputException">A file is damaged, or has no column that could hold questions.</exception>
    public ProblemSet Read()
    {
        ProblemSetBuilder problems = new();
        int number = 0;
        foreach (string path in _paths)
        {
            IReadOnlyList<(string Name, string Type)> columns = ParquetFile.Describe(path).Columns;
            if (!columns.Any(column => ProblemFields.Questions.Contains(column.Name)))
            {
                string names = string.Join(", ", columns.Select(column => column.Name));
                throw new BadInputException($"{path}: expected a column problem, question or prompt, but found {names}");
            }
            string images = columns.Any(column => column.Name == "images") ? "images" : "image";
            ParquetFile.Read(path, _cache, record =>
            {
                number++;
                problems.Add(
                    record,
                    number.ToString(CultureInfo.InvariantCulture),
                    ProblemFields.Questions,
                    id => record.Images(images, id));
            }, ImageFolder.Of(path, _allowOutsideImages, _imageFolder));
        }
        return problems.Build();
    }
}
