using System.Text.Json.Nodes;
using Retrace.Testing;

namespace Retrace.Runs.Tests;

public sealed class RunOriginFileTests : IDisposable
{
    private static readonly RunOrigin Origin = new()
    {
        Model = new ModelOrigin("/models/m", new Dictionary<string, string> { ["config.json"] = "ab" }),
        Data = new DataOrigin("/data/d.jsonl", 3, "cd", "ef"),
        Library = "1.2.3",
        LibTorch = "2.10.0",
        Device = "cpu",
        InstructionSet = "X64: AVX2",
        Threads = 2,
        Changes = [new OriginChange(2, "data", "/data/c.jsonl", "/data/d.jsonl")],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        RunOriginFile.Write(_folder.Path, Origin);
        RunOrigin read = RunOriginFile.Read(_folder.Path)!;
        Assert.Equal(Origin.Model.Files, read.Model.Files);
        Assert.Equal(Origin.Changes, read.Changes);
        Assert.Equal(Origin, read with
        {
            Model = read.Model with { Files = Origin.Model.Files },
            Changes = Origin.Changes,
        } with
        { Model = Origin.Model });
        Assert.Null(RunOriginFile.Read(Path.GetTempPath()));
    }

    // The names are read by people and other programs.
    [Fact]
    public void Keys_are_in_snake_case()
    {
        RunOriginFile.Write(_folder.Path, Origin);
        JsonObject written = JsonNode.Parse(File.ReadAllText(_folder.Combine(RunFolder.Origin)))!.AsObject();
        Assert.Equal(
            ["model", "data", "library", "libtorch", "device", "instruction_set", "threads", "changes"],
            written.Select(pair => pair.Key));
        Assert.Equal("after_step", written["changes"]![0]!.AsObject().First().Key);
    }

    [Fact]
    public void A_file_cut_anywhere_or_without_a_part_is_named_as_damaged()
    {
        RunOriginFile.Write(_folder.Path, Origin);
        string path = _folder.Combine(RunFolder.Origin);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            AssertDamaged();
        }
        foreach (string part in (string[])["model", "data", "library", "device", "instruction_set"])
        {
            JsonObject without = JsonNode.Parse(whole)!.AsObject();
            Assert.True(without.Remove(part));
            File.WriteAllText(path, without.ToJsonString());
            AssertDamaged();
        }

        void AssertDamaged()
        {
            BadInputException error = Assert.Throws<BadInputException>(() => RunOriginFile.Read(_folder.Path));
            Assert.StartsWith($"{path} does not say what the run was started with: ", error.Message);
            Assert.EndsWith("or remove it to go on without comparing.", error.Message);
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
