namespace Retrace.Data.Parquet;

/// <summary>
/// Keeps what was read of row groups while it is wanted again soon: the most recent ones, up to so many bytes.
/// </summary>
/// <remarks>
/// Reading a file in its order needs a row group at a time; training takes problems in any order, and a file that fits
/// is then read once. Thread-safe.
/// </remarks>
/// <param name="capacity">Bytes of images; a row group that has more is still kept until the next.</param>
internal sealed class RowGroupCache(long capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _recent = new(); // The most recent first.
    private readonly Dictionary<(object Owner, int Group), LinkedListNode<Entry>> _entries = [];
    private long _bytes;

    /// <summary>The cache that all files of the process share.</summary>
    public static RowGroupCache Shared { get; } = new(256L << 20);

    /// <summary>The images of a row group: [row][image].</summary>
    public RecordImage[][] Get(object owner, int group, Func<RecordImage[][]> read)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((owner, group), out LinkedListNode<Entry>? known))
            {
                _recent.Remove(known);
                _recent.AddFirst(known);
                return known.Value.Images;
            }
            RecordImage[][] images = read();
            long bytes = images.Sum(row => row.Sum(image => image.Size));
            _entries.Add((owner, group), _recent.AddFirst(new Entry(owner, group, images, bytes)));
            _bytes += bytes;
            while (_bytes > capacity && _recent.Count > 1)
            {
                Entry oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                _entries.Remove((oldest.Owner, oldest.Group));
                _bytes -= oldest.Bytes;
            }
            return images;
        }
    }

    private sealed record Entry(object Owner, int Group, RecordImage[][] Images, long Bytes);
}
