using Retrace.Testing;

namespace Retrace.Data.Tests;

public sealed class ProblemKindsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Kinds_are_read_as_written_and_in_their_order()
    {
        new ProblemKinds([("nothing", []), ("wording", ["clock", "angle"]), ("number", ["circle"])]).Write(_folder.Path);
        ProblemKinds kinds = ProblemKinds.Beside(_folder.Path)!;
        Assert.Equal(["nothing", "wording", "number"], kinds.Names);
        Assert.Equal(["wording", "number", "nothing"], new[] { "clock", "circle", "area" }.Select(kinds.Of));
    }

    [Fact]
    public void A_folder_without_the_file_has_none() => Assert.Null(ProblemKinds.Beside(_folder.Path));

    [Fact]
    public void Without_a_kind_for_the_others_they_have_none() =>
        Assert.Null(new ProblemKinds([("wording", ["clock"])]).Of("area"));

    [Theory]
    [InlineData("""["clock"]""")]
    [InlineData("""{"wording": "clock"}""")]
    [InlineData("""{"wording": ["clock"], "number": ["clock"]}""")]
    [InlineData("""{"wording": [], "number": []}""")]
    [InlineData("{")]
    public void What_is_no_list_of_kinds_is_refused_with_its_path(string text)
    {
        File.WriteAllText(_folder.Combine(ProblemKinds.FileName), text);
        BadInputException refused = Assert.Throws<BadInputException>(() => ProblemKinds.Beside(_folder.Path));
        Assert.Contains(ProblemKinds.FileName, refused.Message);
    }
}
