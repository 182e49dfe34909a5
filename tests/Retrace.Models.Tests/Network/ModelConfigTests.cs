using CsCheck;
using Retrace.Models.Images;

namespace Retrace.Models.Tests.Network;

public sealed class ModelConfigTests
{
    private const int Pad = SmallModel.ImagePad;

    [Fact]
    public void Each_image_takes_as_many_places_as_it_has_tokens()
    {
        int[] ids = [1, Pad, 2, 3, Pad, Pad, 4];
        ImageGrid[] grids = [new(1, 4, 6), new(1, 2, 2), new(2, 4, 4)];
        int[] expected =
        [
            1, .. Enumerable.Repeat(Pad, 6), 2, 3, Pad, .. Enumerable.Repeat(Pad, 8), 4,
        ];
        Assert.Equal(expected, SmallModel.Config().ExpandImages(ids, grids));
    }

    [Fact]
    public void Expanding_adds_just_the_tokens_of_the_grids() => Gen.Int[1, 9].Select(Gen.Int[1, 9]).Array[0, 4]
        .Sample(sides =>
        {
            ImageGrid[] grids = [.. sides.Select(side => new ImageGrid(1, 2 * side.Item1, 2 * side.Item2))];
            int[] ids = [5, .. grids.SelectMany(_ => (int[])[Pad, 6])];
            int[] expanded = SmallModel.Config().ExpandImages(ids, grids);
            Assert.Equal(sides.Sum(side => side.Item1 * side.Item2), expanded.Count(id => id == Pad));
            Assert.Equal(ids.Where(id => id != Pad), expanded.Where(id => id != Pad));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Places_and_images_must_be_equal(int images)
    {
        ImageGrid[] grids = [.. Enumerable.Repeat(new ImageGrid(1, 2, 2), images)];
        string message = Complaint.Of(() => SmallModel.Config().ExpandImages([1, Pad], grids));
        Assert.Contains($"1 places for images (<|image_pad|>) but {images} images", message);
    }
}
