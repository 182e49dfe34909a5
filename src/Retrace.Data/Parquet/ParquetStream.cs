using System.Buffers.Binary;

namespace Retrace.Data.Parquet;

/// <summary>The bytes of a Parquet file, as far as they have been looked at before the decoder reads them.</summary>
/// <remarks>
/// The decoder goes from page to page until it has the values that it wants, which damaged pages need not hold, and
/// reads on for ever where a file ends inside a number. Here it meets an exception at the end of what was checked.
/// </remarks>
internal sealed class ParquetStream : Stream
{
    private const int LargestMetadata = 64 << 20; // Bytes.
    private const int Tail = 8;                   // The length of the metadata, and four letters.

    private readonly FileStream _file;
    private long _begin;
    private long _end;

    /// <summary>Opens a file, and looks through the metadata at its end.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or too many.</exception>
    public ParquetStream(string path)
    {
        _file = File.OpenRead(path);
        try
        {
            CheckMetadata();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _file.Length;

    public override long Position
    {
        get => _file.Position;
        set => _file.Position = value;
    }

    /// <summary>Restricts reading to these bytes.</summary>
    public void Allow(long begin, long end) => (_begin, _end) = (begin, end);

    /// <summary>Allows all bytes to be read.</summary>
    public void AllowAll() => Allow(0, Length);

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }
        if (Position < _begin || Position >= _end)
        {
            throw new InvalidDataException("it holds less than it claims");
        }
        return _file.Read(buffer[..(int)Math.Min(buffer.Length, _end - Position)]);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) > 0 ? one[0] : -1;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer, offset, count));

    public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

    public override void Flush() => _file.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }
        base.Dispose(disposing);
    }

    private void CheckMetadata()
    {
        AllowAll();
        if (Length < Tail)
        {
            throw new InvalidDataException("it is too short for a Parquet file");
        }
        byte[] tail = new byte[Tail];
        Position = Length - Tail;
        ReadExactly(tail);
        if (!tail.AsSpan(4).SequenceEqual("PAR1"u8))
        {
            throw new InvalidDataException("it does not end as Parquet files do");
        }
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (length < 0 || length > Math.Min(Length - Tail, LargestMetadata))
        {
            throw new InvalidDataException($"its metadata claim {length} bytes");
        }
        byte[] metadata = new byte[length];
        Position = Length - Tail - length;
        ReadExactly(metadata);
        new ThriftReader(new MemoryStream(metadata), "its metadata").Struct(ParquetForms.File);
    }
}
