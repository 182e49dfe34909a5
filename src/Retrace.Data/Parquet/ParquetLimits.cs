using Retrace.Files;

namespace Retrace.Data.Parquet;

/// <summary>Limits on the memory that a Parquet file takes, however small it is on disk.</summary>
/// <param name="fileBytes">The size of the file in bytes.</param>
internal sealed class ParquetLimits(long fileBytes)
{
    private const int MostValues = 1 << 22; // Of a column in a row group.
    private const int MostRows = 1 << 24;   // Of the file.
    private const long SmallBytes = 256 << 20;
    private const int Ratio = 20; // Images hardly shrink; texts that are alike shrink more, but are small.

    private readonly long _mostBytes = SmallBytes + (Ratio * fileBytes);
    private long _rows;
    private long _texts;

    /// <summary>The limits for a file, which grow with its length.</summary>
    public static ParquetLimits Of(string path) => new(InputFile.LengthOf(path));

    /// <summary>Checks the number of a column's values in a row group.</summary>
    public void CheckValues(long values)
    {
        if (values is < 0 or > MostValues)
        {
            throw new InvalidDataException($"a row group claims {values} values in a column; at most {MostValues} are read");
        }
    }

    /// <summary>Checks the decoded size of a column in a row group.</summary>
    public void CheckBytes(long bytes)
    {
        if (bytes > _mostBytes)
        {
            throw new InvalidDataException(
                $"a column claims {bytes} bytes once it is decoded; at most {_mostBytes} are, for a file of this size");
        }
    }

    /// <summary>Counts the rows of a row group.</summary>
    public void AddRows(long rows)
    {
        CheckValues(rows);
        _rows += rows;
        if (_rows > MostRows)
        {
            throw new InvalidDataException($"it claims more than {MostRows} rows");
        }
    }

    /// <summary>Counts text that is kept: a dictionary may hold it once, for very many rows.</summary>
    public void AddText(long characters)
    {
        _texts += characters * sizeof(char);
        CheckBytes(_texts);
    }
}
