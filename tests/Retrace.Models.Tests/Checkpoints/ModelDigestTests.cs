using System.Buffers.Binary;
using Retrace.Models.Checkpoints;

namespace Retrace.Models.Tests.Checkpoints;

public sealed class ModelDigestTests : IDisposable
{
    private const long Mebibyte = 1 << 20;

    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Folders_of_the_same_files_are_the_same_model_whatever_else_lies_there()
    {
        Write("one", "weights");
        Write("two", "weights");
        File.WriteAllText(Path.Combine(_files.Path, "two", "README.md"), "moved");
        File.WriteAllText(Path.Combine(_files.Path, "two", "evolve.yaml"), "steps: 3");
        Assert.Equal(Digest("one"), Digest("two"));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], Digest("one").Keys);
    }

    // The hub's own way to check a download: sha256sum of the file.
    [Fact]
    public void Files_that_are_not_large_have_their_usual_sum()
    {
        Write("one", "abc");
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest("one")["model.safetensors"]);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public void A_changed_file_is_told_by_its_name(string changed)
    {
        Write("one", "weights");
        Write("two", "weights");
        File.AppendAllText(Path.Combine(_files.Path, "two", changed), " ");
        Assert.Equal(
            [changed], Digest("one").Where(file => Digest("two")[file.Key] != file.Value).Select(file => file.Key));
    }

    // Of checkpoints of one run headers and sizes are the same.
    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(65)]
    [InlineData(69)]
    public void A_matrix_of_a_large_file_that_has_changed_is_seen_wherever_it_lies(int mebibyte)
    {
        WriteLarge("one", header: "{\"a\": 1}", changed: null);
        WriteLarge("same", header: "{\"a\": 1}", changed: null);
        WriteLarge("other", header: "{\"a\": 1}", changed: mebibyte);
        Assert.Equal(Digest("one"), Digest("same"));
        Assert.NotEqual(Digest("one"), Digest("other"));
    }

    [Fact]
    public void Header_length_and_end_of_a_large_file_count()
    {
        WriteLarge("one", header: "{\"a\": 1}", changed: null);
        WriteLarge("header", header: "{\"b\": 1}", changed: null);
        WriteLarge("longer", header: "{\"a\": 1}", changed: null, size: (70 * Mebibyte) + 1);
        WriteLarge("end", header: "{\"a\": 1}", changed: null);
        using (FileStream end = File.OpenWrite(Path.Combine(_files.Path, "end", "model.safetensors")))
        {
            end.Position = end.Length - 1;
            end.WriteByte(1);
        }
        string[] different =
            [.. new[] { "one", "header", "longer", "end" }.Select(folder => Digest(folder)["model.safetensors"])];
        Assert.Equal(4, different.Distinct().Count());
    }

    [Fact]
    public void A_length_that_no_header_has_is_not_followed_beyond_the_file()
    {
        WriteLarge("one", header: "{}", changed: null);
        using (FileStream file = File.OpenWrite(Path.Combine(_files.Path, "one", "model.safetensors")))
        {
            file.Write([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        }
        Assert.Equal(64, Digest("one")["model.safetensors"].Length);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() => Assert.Equal(
        $"The model folder {_files.Path}/none does not exist.",
        Assert.Throws<BadInputException>(() => Digest("none")).Message);

    private IReadOnlyDictionary<string, string> Digest(string folder) =>
        ModelDigest.OfFiles(Path.Combine(_files.Path, folder));

    private void Write(string folder, string weights)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_files.Path, folder)).FullName;
        File.WriteAllText(Path.Combine(directory, "config.json"), "{}");
        File.WriteAllText(Path.Combine(directory, "tokenizer.json"), "{}");
        File.WriteAllText(Path.Combine(directory, "model.safetensors"), weights);
    }

    // Zeros, sparse where the file system can; one whole mebibyte of ones from a place that no stride begins at.
    private void WriteLarge(string folder, string header, int? changed, long size = 70 * Mebibyte)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_files.Path, folder)).FullName;
        using FileStream file = File.Create(Path.Combine(directory, "model.safetensors"));
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        file.Write(System.Text.Encoding.ASCII.GetBytes(header));
        file.SetLength(size);
        if (changed is int mebibyte)
        {
            byte[] ones = new byte[Mebibyte];
            Array.Fill(ones, (byte)1);
            file.Position = Math.Min((mebibyte * Mebibyte) + 5000, size - Mebibyte);
            file.Write(ones);
        }
    }
}
