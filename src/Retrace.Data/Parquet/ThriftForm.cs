namespace Retrace.Data.Parquet;

/// <summary>The form that a value in Thrift's compact protocol must have.</summary>
/// <remarks>
/// The protocol writes each value's type beside it, and a decoder that knows what to expect does not look: it reads a
/// number where a list stands, and from there on finds numbers, sizes and ends that nobody has written.
/// </remarks>
internal sealed class ThriftForm
{
    public static readonly ThriftForm Flag = new(type => type is 1 or 2);
    public static readonly ThriftForm OneByte = new(type => type is 3);
    public static readonly ThriftForm Number = new(type => type is 4 or 5 or 6); // Of whatever size, written alike.
    public static readonly ThriftForm Real = new(type => type is 7);
    public static readonly ThriftForm Bytes = new(type => type is 8); // Or text.

    private readonly Func<int, bool> _fits;
    private readonly ThriftForm?[] _members;

    private ThriftForm(Func<int, bool> fits, ThriftForm?[]? members = null)
    {
        _fits = fits;
        _members = members ?? [];
    }

    /// <summary>The form of a list's elements; null for anything but a list.</summary>
    public ThriftForm? Element { get; private init; }

    /// <summary>The most elements that a list may have.</summary>
    public int MostElements { get; private init; }

    public bool IsStruct { get; private init; }

    public static ThriftForm ListOf(ThriftForm element, int most = int.MaxValue) =>
        new(type => type is 9) { Element = element, MostElements = most };

    /// <param name="members">Those with the numbers 1, 2 and so on; null where a number stands for none.</param>
    public static ThriftForm Struct(params ThriftForm?[] members) =>
        new(type => type is 12, members) { IsStruct = true };

    /// <summary>Whether the type that stands beside a value is this one's.</summary>
    public bool Fits(int type) => _fits(type);

    /// <summary>The form of a struct's member with this number; null if there is none.</summary>
    public ThriftForm? Member(int number) => number <= _members.Length ? _members[number - 1] : null;
}
