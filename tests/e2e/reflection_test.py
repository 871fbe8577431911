"""A generic gRPC client: it knows the address, and learns everything else by reflection."""

import unittest

import grpc
from fixture import EndToEndTest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SERVICE = "autopulse.callevents.v1.CallEventService"
METHOD = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
_TYPES = descriptor_pb2.FieldDescriptorProto


def reflection_messages():
    """The part of the reflection protocol that is needed, as a protobuf file made here."""
    file = descriptor_pb2.FileDescriptorProto(name="reflection_part.proto", syntax="proto3",
                                              package="part")
    fields = {
        "Request": (("file_by_filename", 3, _TYPES.TYPE_STRING, False),
                    ("file_containing_symbol", 4, _TYPES.TYPE_STRING, False),
                    ("list_services", 7, _TYPES.TYPE_STRING, False)),
        "Files": (("file_descriptor_proto", 1, _TYPES.TYPE_BYTES, True),),
        "Service": (("name", 1, _TYPES.TYPE_STRING, False),),
        "Services": (("service", 1, ".part.Service", True),),
        "Response": (("file_descriptor_response", 4, ".part.Files", False),
                     ("list_services_response", 6, ".part.Services", False)),
    }
    for name, members in fields.items():
        message = file.message_type.add(name=name)
        for member, number, kind, repeated in members:
            field = message.field.add(name=member, number=number, label=_TYPES.LABEL_REPEATED
                                      if repeated else _TYPES.LABEL_OPTIONAL)
            if isinstance(kind, str):
                field.type, field.type_name = _TYPES.TYPE_MESSAGE, kind
            else:
                field.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(f"part.{name}"))
            for name in ("Request", "Response")]


class GenericClient:
    """Calls any unary method, with JSON in and out."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self._request, response = reflection_messages()
        self._ask = self.channel.stream_stream(METHOD, self._request.SerializeToString,
                                               response.FromString)
        self._pool = descriptor_pool.DescriptorPool()
        self._known = set()
        self._factory = message_factory.MessageFactory(self._pool)

    def ask(self, **question):
        return next(iter(self._ask(iter([self._request(**question)]), timeout=30)))

    def services(self):
        return [service.name
                for service in self.ask(list_services="*").list_services_response.service]

    def learn(self, **question):
        """Adds a file, and first those that it imports."""
        answer = self.ask(**question).file_descriptor_response
        for text in answer.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(text)
            if file.name in self._known:
                continue
            self._known.add(file.name)
            for dependency in file.dependency:
                if dependency not in self._known:
                    self.learn(file_by_filename=dependency)
            self._pool.Add(file)

    def call(self, method, request):
        self.learn(file_containing_symbol=SERVICE)
        described = self._pool.FindServiceByName(SERVICE).methods_by_name[method]
        request_type = self._factory.GetPrototype(described.input_type)
        response_type = self._factory.GetPrototype(described.output_type)
        unary = self.channel.unary_unary(f"/{SERVICE}/{method}", request_type.SerializeToString,
                                         response_type.FromString)
        response = unary(json_format.ParseDict(request, request_type()), timeout=30)
        return json_format.MessageToDict(response)


class ReflectionTest(EndToEndTest):
    """What grpcurl and its like do."""

    def setUp(self):
        super().setUp()
        self.service = self.start_service()
        self.client = GenericClient(self.service.address)
        self.addCleanup(self.client.channel.close)

    def test_the_service_is_listed(self):
        self.assertIn(SERVICE, self.client.services())
        self.assertIn("grpc.health.v1.Health", self.client.services())

    def test_a_generic_client_registers_and_reads_a_call(self):
        self.client.call("CreateCall", {"call": {"customerNumber": "+15550100123"}, "callId": "15"})
        self.client.call("ReportCallEvent", {
            "parent": "calls/15", "eventId": "a", "event": {
                "eventTime": "2025-07-11T13:37:54Z",
                "statusUpdate": {"status": "CALL_STATUS_IN_PROGRESS"}}})
        call = self.client.call("GetCall", {"name": "calls/15"})["call"]
        self.assertEqual((call["status"], call["statusText"], call["startTime"]),
                         ("CALL_STATUS_IN_PROGRESS", "In Progress", "2025-07-11T13:37:54Z"))

    def test_errors_are_those_of_the_proto(self):
        for request, code in (({"name": "calls/99"}, grpc.StatusCode.NOT_FOUND),
                              ({"name": "nonsense"}, grpc.StatusCode.INVALID_ARGUMENT)):
            with self.assertRaises(grpc.RpcError) as raised:
                self.client.call("GetCall", request)
            self.assertEqual(raised.exception.code(), code)

    def test_health_is_serving_for_the_server_and_for_the_service(self):
        connection = self.connect(self.service.address)
        for name in (b"", SERVICE.encode()):
            self.assertEqual(connection.health(name), b"\x08\x01")


if __name__ == "__main__":
    unittest.main(verbosity=2)
