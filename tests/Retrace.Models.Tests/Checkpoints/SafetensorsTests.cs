using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using Retrace.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Checkpoints;

public sealed class SafetensorsTests
{
    private static readonly Gen<(long[] Shape, int Seed, ScalarType Type)> AnyTensor = Gen.Select(
        Gen.Long[0, 5].Array[0, 4],
        Gen.Int,
        Gen.OneOf(
            ScalarType.Float32,
            ScalarType.Float16,
            ScalarType.BFloat16,
            ScalarType.Float64,
            ScalarType.Int64,
            ScalarType.Byte));

    [Fact]
    public void What_was_written_is_read_bit_for_bit() => AnyTensor.Array[0, 4].Sample(
        wanted =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            string path = folder.Combine("t.safetensors");
            Tensor[] tensors = [.. wanted.Select(tensor => Random(tensor.Shape, tensor.Seed, tensor.Type))];
            SafetensorsWriter.Write(path, tensors.Select((tensor, i) => ($"tensor.{i}", tensor)));

            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal(tensors.Length, file.Entries.Count);
            for (int i = 0; i < tensors.Length; i++)
            {
                Tensor read = file.Load($"tensor.{i}");
                Assert.Equal(tensors[i].shape, read.shape);
                Assert.Equal(tensors[i].dtype, read.dtype);
                Assert.Equal(tensors[i].bytes.ToArray(), read.bytes.ToArray());
            }
        },
        iter: 60,
        threads: 1);

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32, ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float16, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64, ScalarType.Float32)]
    public void Elements_are_converted_when_read_and_when_written(ScalarType stored, ScalarType held)
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor tensor = Random([7, 3], seed: 1, stored);
        SafetensorsWriter.Write(folder.Combine("own"), [("x", tensor)]);
        SafetensorsWriter.Write(
            folder.Combine("converted"), [("x", tensor), ("n", tensor.to(ScalarType.Int64))], storeAs: held);
        byte[] expected = tensor.to(held).bytes.ToArray();

        using SafetensorsFile own = SafetensorsFile.Open(folder.Combine("own"));
        Tensor destination = zeros([7, 3], held);
        own.CopyTo("x", destination);
        Assert.Equal(expected, destination.bytes.ToArray());

        using SafetensorsFile converted = SafetensorsFile.Open(folder.Combine("converted"));
        Assert.Equal(held, converted.Entries["x"].ElementType);
        Assert.Equal(expected, converted.Load("x").bytes.ToArray());
        Assert.Equal(ScalarType.Int64, converted.Entries["n"].ElementType);
    }

    [Fact]
    public void A_transposed_tensor_is_written_in_its_own_order_and_filled()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor tensor = arange(6, ScalarType.Float32).view(2, 3).t(); // [3, 2], not contiguous
        SafetensorsWriter.Write(folder.Combine("t"), [("x", tensor)]);
        using SafetensorsFile file = SafetensorsFile.Open(folder.Combine("t"));
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Load("x").data<float>().ToArray());

        Tensor destination = zeros(2, 3).t();
        file.CopyTo("x", destination);
        Assert.Equal([0f, 3, 1, 4, 2, 5], destination.contiguous().data<float>().ToArray());
    }

    // Copies go through pieces of 2²⁴ elements.
    [Fact]
    public void A_tensor_of_more_than_one_piece_is_read_and_written_whole()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor tensor = arange((1 << 24) + 1000, ScalarType.Int32).remainder(251).to(ScalarType.Byte);
        SafetensorsWriter.Write(folder.Combine("t"), [("x", tensor)]);
        using SafetensorsFile file = SafetensorsFile.Open(folder.Combine("t"));
        Assert.True(file.Load("x").bytes.SequenceEqual(tensor.bytes));
        Tensor wider = zeros(tensor.shape, ScalarType.Int16);
        file.CopyTo("x", wider);
        Assert.True(wider.to(ScalarType.Byte).bytes.SequenceEqual(tensor.bytes));
    }

    [Fact]
    public void The_bytes_are_those_of_the_published_format()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        string path = folder.Combine("t.safetensors");
        SafetensorsWriter.Write(
            path,
            [
                ("a", tensor(new float[] { 1, -2 })),
                ("b", tensor(1.0f).to(ScalarType.BFloat16)),
                ("c", tensor(1.0f).to(ScalarType.Float16)),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        string json = """{"__metadata__":{"format":"pt"},"a":T(F32,[2],0,8),"b":T(BF16,[],8,10),"c":T(F16,[],10,12)}""";
        byte[] elements = [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0x80, 0x3F, 0, 0x3C];
        string header = WithEntries(json);
        Assert.Equal(Bytes(header.PadRight((header.Length + 7) / 8 * 8), elements), File.ReadAllBytes(path));
    }

    [Fact]
    public void The_elements_begin_at_a_multiple_of_eight_bytes() => Gen.Int[1, 20].Sample(
        length =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            SafetensorsWriter.Write(folder.Combine("t"), [(new string('n', length), zeros(3))]);
            byte[] bytes = File.ReadAllBytes(folder.Combine("t"));
            Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8);
            Assert.Equal(8 + BinaryPrimitives.ReadInt64LittleEndian(bytes) + 12, bytes.Length);
        },
        iter: 20,
        threads: 1);

    [Fact]
    public void Names_of_any_characters_come_back() => Gen.String.Array[0, 5].Sample(
        names =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            string[] distinct = [.. names.Select(Encodable).Where(name => name != "__metadata__").Distinct()];
            SafetensorsWriter.Write(folder.Combine("t"), distinct.Select(name => (name, zeros(1))));
            using SafetensorsFile file = SafetensorsFile.Open(folder.Combine("t"));
            Assert.Equal(distinct.Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
        },
        iter: 50,
        threads: 1);

    [Fact]
    public void Nothing_is_left_behind_when_writing_fails()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        string path = folder.Combine("t");
        SafetensorsWriter.Write(path, [("x", ones(1))]);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [("x", zeros(1)), ("x", zeros(1))]));
        Assert.Throws<ArgumentException>(
            () => SafetensorsWriter.Write(path, [("x", zeros(1, ScalarType.ComplexFloat32))]));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(1, file.Load("x").item<float>());
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("""{}""", 0)]
    [InlineData("""{"__metadata__":{"format":"pt"}}   """, 0)]
    [InlineData("""{"b":T(U8,[3],2,5),"a":T(U8,[2],0,2)}""", 5)]
    [InlineData("""{"a":T(F32,[0,7],0,0),"b":T(I8,[1],0,1)}""", 1)]
    [InlineData("""{"b":{"data_offsets":[0,1],"shape":[1,1],"dtype":"BOOL"}}""", 1)]
    public void Whole_files_open(string json, int dataBytes)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Combine("t");
        File.WriteAllBytes(path, Bytes(WithEntries(json), new byte[dataBytes]));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(dataBytes, file.Entries.Values.Sum(entry => entry.ByteCount));
    }

    [Theory]
    [InlineData("", 0, "does not begin with '{'")]
    [InlineData("[]", 0, "does not begin with '{'")]
    [InlineData(" {}", 0, "does not begin with '{'")]
    [InlineData("{\"a\":", 0, "no valid JSON in line 1, byte 6")]
    [InlineData("{} x", 0, "no valid JSON")]
    [InlineData("{\"a\":1}", 0, "tensor 'a' is not made of dtype, shape and data_offsets")]
    [InlineData("{\"\\ud800\":1}", 0, "no valid Unicode")]
    [InlineData("""{"a":T(U8,[1],0,1),"a":T(U8,[1],1,2)}""", 2, "'a' twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}""", 1, "not made of dtype")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "'k' twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "__metadata__ is no map of strings")]
    [InlineData("""{"__metadata__":null}""", 0, "__metadata__ is no map of strings")]
    [InlineData("""{"a":T(F99,[1],0,1)}""", 1, "element type F99, not one of F64, F32")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,1]}}""", 1, "not made of dtype")]
    [InlineData("""{"a":T(U8,[-1],0,1)}""", 1, "no list of non-negative integers")]
    [InlineData("""{"a":T(U8,[1.5],0,1)}""", 1, "no list of non-negative integers")]
    [InlineData("""{"a":T(U8,[99999999999999999999],0,1)}""", 1, "no list of non-negative integers")]
    [InlineData("""{"a":T(U8,1,0,1)}""", 1, "no list of non-negative integers")]
    [InlineData("""{"a":T(F32,[4294967296,4294967296],0,0)}""", 0, "beyond any file")]
    [InlineData("""{"a":T(F32,[4611686018427387904],0,0)}""", 0, "beyond any file")]
    [InlineData("""{"a":T(U8,[9223372036854775807],0,9223372036854775807)}""", 0, "beyond any file")]
    [InlineData("""{"a":T(F32,[2],0,4)}""", 4, "takes 8 bytes, but its data_offsets span 4")]
    [InlineData("""{"a":T(U8,[1],-1,0)}""", 1, "no non-negative integers")]
    [InlineData("""{"a":T(U8,[1],1,0)}""", 1, "no pair of a begin and an end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "no pair of a begin and an end")]
    [InlineData("""{"a":T(U8,[4],0,4)}""", 3, "it is cut short or its header is wrong")]
    [InlineData("""{"a":T(U8,[4],0,4)}""", 5, "1 bytes after the last tensor belong to no tensor")]
    [InlineData("""{"a":T(U8,[2],0,2),"b":T(U8,[2],1,3)}""", 3, "tensor 'b' overlap those of another")]
    [InlineData("""{"a":T(U8,[2],0,2),"b":T(U8,[2],0,2)}""", 2, "overlap those of another")]
    [InlineData("""{"a":T(U8,[4],0,4),"b":T(U8,[0],2,2)}""", 4, "tensor 'b' overlap those of another")]
    [InlineData("""{"a":T(U8,[2],0,2),"b":T(U8,[1],3,4)}""", 4, "1 bytes before tensor 'b' belong to no tensor")]
    [InlineData("""{"a":T(U8,[2],1,3)}""", 3, "1 bytes before tensor 'a' belong to no tensor")]
    public void A_broken_header_is_refused(string json, int dataBytes, string expected)
    {
        AssertRefused(Bytes(WithEntries(json), new byte[dataBytes]), expected);
    }

    [Theory]
    [InlineData(1_000, "would be 1000 bytes long but the file has only 10 bytes")]
    [InlineData(3, "would be 3 bytes long but the file has only 10 bytes")]
    [InlineData(100_000_001, "more than the 100000000 allowed")]
    [InlineData(long.MaxValue, "more than the 100000000 allowed")]
    [InlineData(-1, "more than the 100000000 allowed")]
    public void A_length_beyond_the_file_is_refused(long length, string expected)
    {
        byte[] bytes = Bytes("{}", []);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        AssertRefused(bytes, expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_without_a_length_is_refused(int bytes) => AssertRefused(new byte[bytes], "fewer than the 8");

    [Fact]
    public void Deeply_nested_json_is_refused() => AssertRefused(
        Bytes("{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}", []), "no valid JSON");

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("none", Complaint.Of(() => SafetensorsFile.Open(folder.Combine("none"))));
    }

    [Fact]
    public void A_wrong_shape_or_name_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.Combine("t"), [("x", zeros(2, 3))]);
        using SafetensorsFile file = SafetensorsFile.Open(folder.Combine("t"));
        Assert.Contains("[2, 3]; the model needs [3, 2]", Complaint.Of(() => file.CopyTo("x", zeros(3, 2))));
        Assert.Contains("'y'", Complaint.Of(() => file.Load("y")));
    }

    [Fact]
    public void A_name_with_line_breaks_is_complained_of_in_one_line() => AssertRefused(
        Bytes("""{"a\n. b":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", new byte[4]), "tensor 'a\uFFFD.\uFFFDb'");

    [Fact]
    public void No_damaged_bytes_bring_anything_but_a_complaint()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        string path = folder.Combine("t");
        SafetensorsWriter.Write(
            path,
            [("model.norm.weight", zeros(3)), ("b", zeros(2, 2).to(ScalarType.BFloat16))],
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[] whole = File.ReadAllBytes(path);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 3].Sample(
            changes =>
            {
                byte[] damaged = [.. whole];
                foreach ((int position, byte value) in changes)
                {
                    damaged[position] = value;
                }
                AssertOpensOrIsRefused(path, damaged);
            },
            iter: 1500,
            threads: 1);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Complaint.Of(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void No_damaged_entry_brings_anything_but_a_complaint()
    {
        using var folder = new TemporaryFolder();
        string json = WithEntries("""{"__metadata__":{"format":"pt"},"a":T(F32,[1,2],0,8)}""");
        string[] damaged = [.. JsonTree.Damaged(JsonNode.Parse(json)!)];
        int refused = damaged.Count(text => AssertOpensOrIsRefused(folder.Combine("t"), Bytes(text, new byte[8])));
        Assert.InRange(refused, damaged.Length * 3 / 4, damaged.Length - 1);
    }

    // T(type,shape,begin,end) stands for an entry.
    private static string WithEntries(string json) => Regex.Replace(
        json, @"T\((\w+),(\[.*?\]|\d+),(-?\d+),(\d+)\)", """{"dtype":"$1","shape":$2,"data_offsets":[$3,$4]}""");

    private static bool AssertOpensOrIsRefused(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        return Complaint.IsAllThatCanComeOf(() =>
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (string name in file.Entries.Keys)
            {
                file.Load(name).Dispose();
            }
        });
    }

    private static void AssertRefused(byte[] bytes, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Combine("t.safetensors");
        File.WriteAllBytes(path, bytes);
        string message = Complaint.Of(() => SafetensorsFile.Open(path));
        Assert.Contains(path, message);
        Assert.Contains(expected, message);
    }

    private static byte[] Bytes(string json, byte[] elements)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. elements];
    }

    // JSON cannot hold lone surrogates.
    private static string Encodable(string name) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name));

    private static Tensor Random(long[] shape, int seed, ScalarType type)
    {
        using var generator = new Generator((ulong)(uint)seed);
        return (randn(shape, ScalarType.Float32, generator: generator) * 50).abs().to(type);
    }
}
