namespace Retrace.Data.Parquet;

/// <summary>Looks through structs in Thrift's compact protocol, before a decoder believes what they say.</summary>
/// <param name="stream">Stands at the beginning of a struct, and throws or ends where nothing more may be read.</param>
/// <param name="what">What the struct is called in error messages.</param>
/// <remarks>Source: thrift-compact-protocol.md in Apache Thrift's documentation.</remarks>
internal sealed class ThriftReader(Stream stream, string what)
{
    // In all lists of one struct. A decoder makes an object of each, which may be a hundred times what it is on disk.
    private const long MostElements = 1 << 21;

    private long _elements;

    /// <summary>Looks through a struct, and those inside it.</summary>
    /// <param name="form">The form that the struct must have.</param>
    /// <param name="visit">
    /// Takes every number outside lists, and truth values as 1 and 0, with the struct's form and the member's number.
    /// </param>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    public void Struct(ThriftForm form, Action<ThriftForm, int, long>? visit = null)
    {
        long number = 0;
        for (int head = Byte(); head != 0; head = Byte())
        {
            int delta = head >> 4;
            number = delta > 0 ? number + delta : Integer();
            if (number is <= 0 or > short.MaxValue)
            {
                throw Broken();
            }
            int type = head & 15;
            if (form.Member((int)number) is not ThriftForm member)
            {
                Unknown(type);
            }
            else if (!member.Fits(type))
            {
                throw Broken();
            }
            else if (member == ThriftForm.Number)
            {
                long value = Integer();
                visit?.Invoke(form, (int)number, value);
            }
            else if (member == ThriftForm.Flag)
            {
                visit?.Invoke(form, (int)number, type == 1 ? 1 : 0);
            }
            else
            {
                Value(member, visit);
            }
        }
    }

    private void Value(ThriftForm form, Action<ThriftForm, int, long>? visit)
    {
        if (form.IsStruct)
        {
            Struct(form, visit);
        }
        else if (form.Element is ThriftForm element)
        {
            int count = List(out int type);
            if (count > form.MostElements)
            {
                throw new InvalidDataException($"{what} hold {count} columns; at most {form.MostElements} are read");
            }
            if (count > 0 && !element.Fits(type))
            {
                throw Broken();
            }
            for (int i = 0; i < count; i++)
            {
                Value(element, visit);
            }
        }
        else if (form == ThriftForm.OneByte)
        {
            Byte();
        }
        else if (form == ThriftForm.Number)
        {
            Integer();
        }
        else if (form == ThriftForm.Real)
        {
            Move(8);
        }
        else if (form == ThriftForm.Bytes)
        {
            Move(Unsigned());
        }
    }

    // What later versions of the format have added. Decoders pass over what is simple in it, and lose their way in the
    // rest.
    private void Unknown(int type)
    {
        switch (type)
        {
            case 1 or 2:
                break;
            case 9:
                int count = List(out int elementType);
                for (int i = 0; i < count; i++)
                {
                    Simple(elementType);
                }
                break;
            case 12:
                if (Byte() != 0)
                {
                    throw Broken();
                }
                break;
            default:
                Simple(type);
                break;
        }
    }

    private void Simple(int type)
    {
        ThriftForm[] simple = [ThriftForm.OneByte, ThriftForm.Number, ThriftForm.Real, ThriftForm.Bytes];
        Value(Array.Find(simple, form => form.Fits(type)) ?? throw Broken(), visit: null);
    }

    // How many elements follow; each takes a byte at least.
    private int List(out int type)
    {
        int head = Byte();
        type = head & 15;
        ulong count = head >> 4 == 15 ? Unsigned() : (ulong)(head >> 4);
        if (count > (ulong)(stream.Length - stream.Position))
        {
            throw Broken();
        }
        _elements += (long)count;
        return _elements <= MostElements
            ? (int)count
            : throw new InvalidDataException($"{what} hold more than {MostElements} entries");
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

    private InvalidDataException Broken() => new($"{what} are damaged");
}
