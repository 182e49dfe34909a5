using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Testing;
using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

public sealed class IntendedModelTests
{
    private static readonly IEnumerable<string> Published =
        ModelFamilies.All.SelectMany(family => family.PublishedSizes).Select(size => size.Name);

    [Fact]
    public void Every_preset_is_made_for_a_published_model()
    {
        string[] intended =
        [
            .. Directory.EnumerateFiles(Shipped.Presets, "*.yaml", SearchOption.AllDirectories)
                .Select(file => ConfigurationLayers.Read(file).Model.MadeFor).OfType<string>(),
        ];
        Assert.Equal(12, intended.Length);
        Assert.All(intended, name => Assert.Contains(name, Published));
    }

    [Fact]
    public void A_model_of_the_size_that_settings_are_made_for_is_taken_whatever_its_vocabulary()
    {
        ModelConfig model = Of("qwen2.5-vl-7b");
        ModelConfig padded = model with { Text = model.Text with { VocabularySize = 152_128 } };
        Assert.Null(Record.Exception(() => Check("qwen2.5-vl-7b", model)));
        Assert.Null(Record.Exception(() => Check("qwen2.5-vl-7b", padded)));
        Assert.Null(Record.Exception(() => Check(null, Of("qwen2.5-vl-3b"))));
    }

    [Theory]
    [InlineData("qwen2.5-vl-3b")]
    [InlineData("qwen2-vl-7b")]
    public void A_model_of_another_size_or_family_is_refused_by_name(string given)
    {
        Assert.Equal(
            $"The settings are made for qwen2.5-vl-7b (model.made_for), but models/mine holds {given}: give settings for that "
            + "model, or --set model.made_for=null to use these all the same",
            Assert.Throws<BadInputException>(() => Check("qwen2.5-vl-7b", Of(given))).Message);
    }

    [Fact]
    public void A_model_without_a_published_size_is_described()
    {
        ModelConfig tiny = ModelFamilies.LoadConfig(Shipped.Model);
        Assert.Contains(
            $"holds a qwen2_5_vl with {tiny.Text.Layers} layers of {tiny.Text.HiddenSize}:",
            Assert.Throws<BadInputException>(() => Check("qwen2.5-vl-3b", tiny)).Message);
    }

    [Fact]
    public void A_name_that_no_model_has_is_answered_with_those_there_are()
    {
        string message = Assert.Throws<BadInputException>(() => Check("qwen2.5-7b", Of("qwen2.5-vl-7b"))).Message;
        Assert.StartsWith("model.made_for is \"qwen2.5-7b\", but must be one of ", message);
        Assert.All(Published, name => Assert.Contains(name, message));
    }

    private static void Check(string? intended, ModelConfig model) =>
        IntendedModel.Check(new ModelSettings { MadeFor = intended }, model, "models/mine");

    private static ModelConfig Of(string name) => (
        from family in ModelFamilies.All
        from size in family.PublishedSizes
        where size.Name == name
        select new ModelConfig(family, size.Text, size.Vision, ModelFamilies.LoadConfig(Shipped.Model).Tokens)).Single();
}
