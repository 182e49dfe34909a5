using Retrace.Problems;

namespace Retrace.Data;

/// <summary>A record of a data file, whatever the file's format: its fields by name.</summary>
internal interface IDataRecord
{
    /// <summary>The path of the file that holds the record.</summary>
    string File { get; }

    /// <summary>The name under which the file keeps the record; null where records have none.</summary>
    string? Key { get; }

    /// <summary>A field's text, or a number's; null where there is none.</summary>
    /// <param name="field">The field.</param>
    /// <param name="member">One of its fields, where it holds an object.</param>
    string? Text(string field, string? member = null);

    /// <summary>The texts of a list, null where one is missing; empty where there is no list.</summary>
    /// <param name="field">The list; or a list or object of objects, of which the member counts.</param>
    /// <param name="member">One of their fields.</param>
    IReadOnlyList<string?> Texts(string field, string? member = null);

    /// <summary>The label that a field holds.</summary>
    /// <param name="field">The field.</param>
    /// <param name="member">One of its fields, where it holds an object.</param>
    RecordLabel Label(string field, string? member = null);

    /// <summary>The images of a field, one or a list; empty where there is none.</summary>
    /// <param name="field">
    /// Paths, data URLs or base64; in Parquet also bytes; or objects of bytes and path.
    /// </param>
    /// <param name="id">Names embedded images in messages.</param>
    /// <param name="below">A folder beside the file that paths start from.</param>
    /// <exception cref="UnusableRecordException">One of them is none.</exception>
    IReadOnlyList<ProblemImage> Images(string field, string id, string below = "");
}
