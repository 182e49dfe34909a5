using System.Globalization;
using System.Numerics;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Retrace.Data.Parquet;

/// <summary>One leaf column of a row group, put back into rows.</summary>
/// <remarks>
/// Only the columns that a problem needs are read, so a data set may carry others of whatever type. The levels are
/// those of the Dremel paper (Melnik et al. 2010): a repetition level of 0 starts a row, and a definition level below
/// the highest says that something on the way to the leaf is missing.
/// </remarks>
internal static class ParquetColumn
{
    /// <summary>
    /// For each row the leaf's values: exactly one for a column outside lists, one an element for a column inside a
    /// list; null where a value is missing. Texts, numbers and truth values are strings, binary values byte arrays.
    /// </summary>
    /// <param name="group">The row group.</param>
    /// <param name="leaf">The column.</param>
    /// <param name="file">The file, whose pages are looked at before they are decoded.</param>
    /// <param name="limits">The limits of the file.</param>
    /// <exception cref="InvalidDataException">The column is damaged, or comes to more than the limits.</exception>
    public static List<List<object?>> Read(
        ParquetRowGroupReader group, LeafField leaf, ParquetStream file, ParquetLimits limits)
    {
        if (group.GetMetadata(leaf.Field)?.MetaData is { } chunk)
        {
            ParquetPages.Check(file, chunk, leaf.Field, limits);
        }
        using RawColumnData column =
            group.ReadRawColumnDataBaseAsync(leaf.Field, default).AsTask().GetAwaiter().GetResult();
        Func<int, object?> valueAt = ValuesOf(column, leaf.Field, limits);
        int highest = leaf.Field.MaxDefinitionLevel;
        ReadOnlySpan<int> definitions = highest > 0 ? column.DefinitionLevels : [];
        ReadOnlySpan<int> repetitions = leaf.Field.MaxRepetitionLevel > 0 ? column.RepetitionLevels : [];
        int entries = highest > 0 ? definitions.Length : checked((int)group.RowCount);
        List<List<object?>> rows = [];
        int nextValue = 0;
        for (int i = 0; i < entries; i++)
        {
            if (repetitions.IsEmpty || repetitions[i] == 0)
            {
                rows.Add([]);
            }
            int definition = highest > 0 ? definitions[i] : 0;
            if (definition == highest)
            {
                rows[^1].Add(valueAt(nextValue++));
            }
            else if (definition >= leaf.ElementLevel)
            {
                rows[^1].Add(null);
            }
        }
        return rows;
    }

    private static Func<int, object?> ValuesOf(RawColumnData column, DataField field, ParquetLimits limits) => column switch
    {
        RawColumnData<ReadOnlyMemory<char>> texts => index => Kept(texts.Values[index], limits),
        RawColumnData<ReadOnlyMemory<byte>> blobs => index => blobs.Values[index].ToArray(),
        RawColumnData<bool> truths => index => RecordLabel.Of(truths.Values[index]),
        RawColumnData<byte> numbers => index => Written(numbers.Values[index]),
        RawColumnData<sbyte> numbers => index => Written(numbers.Values[index]),
        RawColumnData<short> numbers => index => Written(numbers.Values[index]),
        RawColumnData<ushort> numbers => index => Written(numbers.Values[index]),
        RawColumnData<int> numbers => index => Written(numbers.Values[index]),
        RawColumnData<uint> numbers => index => Written(numbers.Values[index]),
        RawColumnData<long> numbers => index => Written(numbers.Values[index]),
        RawColumnData<ulong> numbers => index => Written(numbers.Values[index]),
        RawColumnData<decimal> numbers => index => Written(numbers.Values[index]),
        RawColumnData<float> numbers => index => Written(numbers.Values[index]),
        RawColumnData<double> numbers => index => Written(numbers.Values[index]),
        _ => throw new InvalidDataException($"column {field.Path} has an unexpected type, {field.ClrType}"),
    };

    // Not a number is how pandas writes that there is none.
    private static string? Written<T>(T number)
        where T : INumberBase<T> =>
        T.IsNaN(number) ? null : number.ToString(format: null, CultureInfo.InvariantCulture);

    private static string Kept(ReadOnlyMemory<char> text, ParquetLimits limits)
    {
        limits.AddText(text.Length);
        return text.ToString();
    }
}

/// <summary>A leaf column, and the definition level from which on the list element that holds it exists.</summary>
/// <param name="Field">The column.</param>
/// <param name="ElementLevel">The definition level at which the element exists; 0 outside lists.</param>
internal sealed record LeafField(DataField Field, int ElementLevel)
{
    /// <summary>
    /// The column <c>name</c>, of one value or a list; or <c>member</c> in the struct, or in the list of structs,
    /// <c>name</c>. Null where there is none, or where lists are nested.
    /// </summary>
    public static LeafField? Find(ParquetSchema schema, string name, string? member = null)
    {
        Field? field = schema.Fields.FirstOrDefault(candidate => candidate.Name == name);
        if (member is null)
        {
            return Of(field);
        }
        bool isList = field is ListField;
        if ((isList ? ((ListField)field!).Item : field) is not StructField owner)
        {
            return null;
        }
        Field? inner = owner.Fields.FirstOrDefault(candidate => candidate.Name == member);
        return !isList ? Of(inner)
            : inner is DataField leaf
                ? new LeafField(leaf, OfElement(leaf) - (owner.IsNullable ? 1 : 0))
                : null;
    }

    // A column outside lists of structs.
    private static LeafField? Of(Field? field) => field switch
    {
        DataField { MaxRepetitionLevel: 0 } leaf => new LeafField(leaf, 0),
        ListField { Item: DataField leaf } => new LeafField(leaf, OfElement(leaf)),
        _ => null,
    };

    private static int OfElement(DataField leaf) => leaf.MaxDefinitionLevel - (leaf.IsNullable ? 1 : 0);
}
