using System.Globalization;
using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry;

/// <summary>
/// Answers problems from the stored description of their figures alone: reads the labels, measures bars, hands, levels
/// and points against the scales that are drawn, and counts shapes. It shares no code with the drawing of problems.
/// </summary>
public static class GeometrySolver
{
    /// <summary>The answer to what is asked about this figure.</summary>
    /// <param name="family">One of <see cref="GeometryGenerator.Families"/>.</param>
    /// <param name="figure">The stored description of the figure.</param>
    /// <exception cref="ArgumentException">There is no such family.</exception>
    public static string Answer(string family, FigureDescription figure) => family switch
    {
        "clock" => TimeOfDay(figure),
        "triangle-angles" => Text(TriangleAngle(figure)),
        "isosceles-angles" => Text(IsoscelesAngle(figure)),
        "parallel-lines" => Text(AngleAtParallels(figure)),
        "straight-angle" => Text(180 - NumbersOf(figure, "angle").Sum()),
        "pie-chart" => Text(100 - NumbersOf(figure, "slice").Sum()),
        "perimeter" => Text(Perimeter(figure)),
        "area" => Text(Area(figure)),
        "circle" => Text(Circle(figure)),
        "pythagoras" => Text(RightTriangleSide(figure)),
        "similar-triangles" => Text(SimilarSide(figure)),
        "segments" => Text(Segment(figure)),
        "coordinates" => Text(Coordinate(figure)),
        "counting" => Text(figure.Shapes.Count(shape => shape.Role == figure.Asked)),
        "bar-chart" => Text(BarHeights(figure)),
        "ruler" => Text(BarLengths(figure)),
        "thermometer" => Text(Temperature(figure)),
        _ => throw new ArgumentException($"There is no family '{family}'.", nameof(family)),
    };

    private static double TriangleAngle(FigureDescription figure)
    {
        double others = figure.Texts.Where(text => text.Of.StartsWith("angle ", StringComparison.Ordinal))
            .Sum(text => NumberIn(text) ?? 0);
        return figure.Asked.StartsWith("exterior", StringComparison.Ordinal) ? others : 180 - others;
    }

    private static double IsoscelesAngle(FigureDescription figure)
    {
        FigureText given = figure.Texts.Single(text => NumberIn(text) is not null);
        double angle = NumberIn(given)!.Value;
        Vector2[] marks = [.. figure.Shapes.Where(shape => shape.Role == "equal mark")
            .Select(mark => (Corner(mark, 0) + Corner(mark, 1)) / 2)];
        // The apex is opposite the side that has no mark.
        string apex = figure.Points.MaxBy(corner =>
        {
            Vector2[] others = [.. figure.Points.Where(other => other != corner).Select(At)];
            return marks.Min(mark => Vector2.Distance(mark, (others[0] + others[1]) / 2));
        })!.Name;
        bool apexGiven = given.Of == $"angle {apex}";
        bool apexAsked = figure.Asked == $"angle {apex}";
        return apexGiven ? (180 - angle) / 2 : apexAsked ? 180 - (2 * angle) : angle;
    }

    private static double AngleAtParallels(FigureDescription figure)
    {
        float parallel = Direction(figure, "parallel");
        float transversal = Positive(Direction(figure, "transversal") - parallel, 180);
        int Sector(FigureText label)
        {
            Vector2 fromCrossing = At(label) - At(figure.Points.Single(point => point.Name == label.Of));
            float direction = Positive(Degrees(fromCrossing) - parallel, 360);
            return direction < transversal ? 0 : direction < 180 ? 1 : direction < 180 + transversal ? 2 : 3;
        }
        FigureText given = figure.Texts.Single(text => NumberIn(text) is not null);
        FigureText asked = figure.Texts.Single(text => NumberIn(text) is null);
        double angle = NumberIn(given)!.Value;
        return (Sector(given) - Sector(asked)) % 2 == 0 ? angle : 180 - angle;
    }

    private static double Perimeter(FigureDescription figure)
    {
        double[] labels = [.. AllNumbers(figure)];
        // A rectangle has each of its two labels on two sides.
        return labels.Sum() * figure.Shapes.Single().Numbers.Count / 2 / labels.Length;
    }

    private static double Area(FigureDescription figure)
    {
        double product = AllNumbers(figure).Aggregate((one, other) => one * other);
        FigureShape outline = figure.Shapes.Single(shape => shape.Kind == ShapeKind.Polygon);
        return outline.Numbers.Count == 8 ? product : product / 2;
    }

    private static double Circle(FigureDescription figure) => figure.Asked switch
    {
        "diameter" or "side" => 2 * AllNumbers(figure).Single(),
        "radius" => AllNumbers(figure).Single() / 2,
        _ => AllNumbers(figure).Sum(),
    };

    private static double RightTriangleSide(FigureDescription figure)
    {
        double[] legs = [.. NumbersOf(figure, "leg")];
        double[] hypotenuse = [.. NumbersOf(figure, "hypotenuse")];
        return hypotenuse.Length == 0
            ? Math.Sqrt((legs[0] * legs[0]) + (legs[1] * legs[1]))
            : Math.Sqrt((hypotenuse[0] * hypotenuse[0]) - (legs[0] * legs[0]));
    }

    private static double SimilarSide(FigureDescription figure)
    {
        FigureText unknown = figure.Texts.Single(text => NumberIn(text) is null);
        string[] place = unknown.Of.Split(' ');
        string otherTriangle = place[0] == "small" ? "large" : "small";
        string otherSide = place[1] == "left" ? "bottom" : "left";
        return NumbersOf(figure, $"{otherTriangle} {place[1]}").Single()
            * NumbersOf(figure, $"{place[0]} {otherSide}").Single()
            / NumbersOf(figure, $"{otherTriangle} {otherSide}").Single();
    }

    private static double Segment(FigureDescription figure)
    {
        string whole = figure.Points.MinBy(point => point.X)!.Name + figure.Points.MaxBy(point => point.X)!.Name;
        double parts = figure.Texts.Where(text => text.Of != whole).Sum(text => NumberIn(text) ?? 0);
        return figure.Asked == whole ? parts : NumbersOf(figure, whole).Single() - parts;
    }

    private static double Coordinate(FigureDescription figure)
    {
        var horizontal = Scale.Of(figure, "x axis");
        var vertical = Scale.Of(figure, "y axis");
        (double X, double Y)[] points =
            [.. figure.Points.Select(point => (horizontal.Read(At(point)), vertical.Read(At(point))))];
        return figure.Asked switch
        {
            "x" => points[0].X,
            "y" => points[0].Y,
            "sum" => points[0].X + points[0].Y,
            _ => Math.Sqrt(Math.Pow(points[0].X - points[1].X, 2) + Math.Pow(points[0].Y - points[1].Y, 2)),
        };
    }

    private static double BarHeights(FigureDescription figure)
    {
        var scale = Scale.Of(figure, "scale");
        return figure.Asked.Split(" + ").Sum(bar => Highest(figure, scale, bar));
    }

    private static double BarLengths(FigureDescription figure)
    {
        var scale = Scale.Of(figure, "scale");
        return figure.Shapes
            .Where(shape => figure.Asked == "sum of bars"
                ? shape.Role.StartsWith("bar ", StringComparison.Ordinal)
                : shape.Role == figure.Asked)
            .Sum(bar => scale.Read(Corner(bar, 1)) - scale.Read(Corner(bar, 0)));
    }

    private static double Temperature(FigureDescription figure)
    {
        var scale = Scale.Of(figure, "scale");
        if (figure.Asked != "difference")
        {
            return Highest(figure, scale, figure.Asked);
        }
        double[] levels = [.. figure.Shapes.Where(shape => shape.Role.StartsWith("level ", StringComparison.Ordinal))
            .Select(shape => Highest(figure, scale, shape.Role))];
        return Math.Abs(levels[0] - levels[1]);
    }

    private static string TimeOfDay(FigureDescription figure)
    {
        // Directions on a clock run from the upward vertical.
        int minute = (int)Math.Round(Positive(Direction(figure, "minute hand") + 90, 360) / 6) % 60;
        double hours = Positive(Direction(figure, "hour hand") + 90, 360) / 30;
        int minutes = (60 * (int)Math.Round(hours - (minute / 60.0))) + minute;
        if (figure.Asked.StartsWith("time + ", StringComparison.Ordinal))
        {
            minutes += int.Parse(figure.Asked.Split(' ')[2], CultureInfo.InvariantCulture);
        }
        int hour = minutes / 60 % 12;
        return $"{(hour == 0 ? 12 : hour)}:{minutes % 60:00}";
    }

    private static double Highest(FigureDescription figure, Scale scale, string role)
    {
        FigureShape shape = figure.Shapes.Single(shape => shape.Role == role);
        return Math.Max(scale.Read(Corner(shape, 0)), scale.Read(Corner(shape, 2)));
    }

    private static IEnumerable<double> AllNumbers(FigureDescription figure) =>
        figure.Texts.Select(NumberIn).OfType<double>();

    private static IEnumerable<double> NumbersOf(FigureDescription figure, string of) =>
        figure.Texts.Where(text => text.Of == of).Select(NumberIn).OfType<double>();

    private static double? NumberIn(FigureText text) =>
        double.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static Vector2 At(FigurePoint point) => new((float)point.X, (float)point.Y);

    private static Vector2 At(FigureText text) => new((float)text.X, (float)text.Y);

    private static Vector2 Corner(FigureShape shape, int index) =>
        new((float)shape.Numbers[2 * index], (float)shape.Numbers[(2 * index) + 1]);

    // Degrees clockwise from the x axis.
    private static float Direction(FigureDescription figure, string role)
    {
        FigureShape line = figure.Shapes.First(shape => shape.Role == role);
        return Degrees(Corner(line, 1) - Corner(line, 0));
    }

    private static float Degrees(Vector2 vector) => MathF.Atan2(vector.Y, vector.X) * 180 / MathF.PI;

    private static float Positive(float degrees, float period) => ((degrees % period) + period) % period;

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A labelled scale, read to the nearest whole number.</summary>
    private sealed record Scale(Vector2 Start, Vector2 End, double StartValue, double EndValue)
    {
        public static Scale Of(FigureDescription figure, string of)
        {
            FigureText[] labels = [.. figure.Texts.Where(text => text.Of == of)];
            return new Scale(At(labels[0]), At(labels[^1]), NumberIn(labels[0])!.Value, NumberIn(labels[^1])!.Value);
        }

        // The value at the point's foot on the line through the labels.
        public double Read(Vector2 point)
        {
            Vector2 along = End - Start;
            double part = Vector2.Dot(point - Start, along) / along.LengthSquared();
            return Math.Round(StartValue + (part * (EndValue - StartValue)));
        }
    }
}
