namespace Retrace.Training.Data;

/// <summary>Reads structs in Thrift's compact protocol, as far as the headers of Parquet's pages need it.</summary>
/// <remarks>Source: thrift-compact-protocol.md in Apache Thrift's documentation.</remarks>
internal sealed class ThriftReader(Stream stream)
{
    private const int MostLevels = 16;

    private int _level;

    /// <summary>Visits the members of a struct.</summary>
    /// <param name="visit">Takes a member's number and type, and says whether it has read it; otherwise it is skipped.</param>
    /// <exception cref="InvalidDataException">It is no such struct.</exception>
    public void Struct(Func<int, int, bool> visit)
    {
        if (++_level > MostLevels)
        {
            throw Broken();
        }
        int field = 0;
        for (int head = Byte(); head != 0; head = Byte())
        {
            int delta = head >> 4;
            field = delta > 0 ? field + delta : checked((int)Integer());
            int type = head & 15;
            if (!visit(field, type))
            {
                Skip(type);
            }
        }
        _level--;
    }

    /// <summary>A number of 16, 32 or 64 bits.</summary>
    /// <exception cref="InvalidDataException">The type is another.</exception>
    public long Integer(int type) => type is 4 or 5 or 6 ? Integer() : throw Broken();

    private void Skip(int type)
    {
        switch (type)
        {
            case 1 or 2: // A truth value, which the type holds.
                break;
            case 3:
                Byte();
                break;
            case 4 or 5 or 6:
                Integer();
                break;
            case 7:
                Move(8);
                break;
            case 8: // Text or bytes.
                Move(Unsigned());
                break;
            case 12:
                Struct((_, _) => false);
                break;
            default: // Lists, sets and maps are in no page header.
                throw Broken();
        }
    }

    private long Integer()
    {
        ulong zigzag = Unsigned();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private ulong Unsigned()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int part = Byte();
            number |= (ulong)(part & 127) << shift;
            if (part < 128)
            {
                return number;
            }
        }
        throw Broken();
    }

    private void Move(ulong bytes)
    {
        if (bytes > (ulong)(stream.Length - stream.Position))
        {
            throw Broken();
        }
        stream.Seek((long)bytes, SeekOrigin.Current);
    }

    private int Byte() => stream.ReadByte() is >= 0 and int value ? value : throw Broken();

    private static InvalidDataException Broken() => new("the header of a page is damaged");
}
